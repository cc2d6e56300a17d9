"""One template for each kind."""

FUNCTION = "documentation.list_documentation_templates"


def test_an_anonymous_caller_is_refused(call):
    assert call(FUNCTION).status == 401


def test_each_kind_has_one_with_sections(call, person):
    templates = call(FUNCTION, person()).body["templates"]
    kinds = call("documentation.get_documentation_capabilities", person()).body["documentation_types"]
    assert [one["documentation_type"] for one in templates] == [kind["name"] for kind in kinds]
    assert len(templates) == 8
    assert all(one["sections"] for one in templates)
