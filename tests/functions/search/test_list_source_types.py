"""GET /api/v1/sources/types."""

from assistant.search.sources.catalogue import TYPES

TYPES_OF = "search.list_source_types"


def test_anonymous(call):
    assert call(TYPES_OF).status == 401


def test_each_type_says_what_it_must_be_told(call, person):
    types = {each["source_type"]: each for each in call(TYPES_OF, person()).body["types"]}
    assert list(types) == ["confluence", "jira", "gitlab", "github", "upload"]
    for name, kind in TYPES.items():
        assert {"base_url", kind.categories} <= types[name]["config_schema"]["properties"].keys()
        assert types[name]["secret"]
    assert types["upload"]["secret"] is None
