"""PUT /api/v1/users/current/settings."""

import pytest

CHOSEN = {
    "data_sources": ["confluence", "Архив"],
    "preferences": {"language": "ru", "theme": "dark", "default_doc_type": "api_reference"},
}


def test_an_anonymous_caller_is_refused(call):
    assert call("identity.update_user_settings", json_body=CHOSEN).status == 401


def test_what_is_put_is_what_is_got_and_nobody_elses(call, person):
    ann = person()
    bob = person(ann.organization_id)
    answer = call("identity.update_user_settings", ann, json_body=CHOSEN)
    assert (answer.status, answer.body) == (200, CHOSEN)
    assert call("identity.get_user_settings", ann).body == CHOSEN
    assert call("identity.get_user_settings", bob).body["preferences"]["language"] == "en"


def test_putting_replaces_everything(call, person):
    ann = person()
    call("identity.update_user_settings", ann, json_body=CHOSEN)
    call("identity.update_user_settings", ann, json_body={"data_sources": ["a", "b", "a"]})
    body = call("identity.get_user_settings", ann).body
    assert body["data_sources"] == ["a", "b"]
    assert body["preferences"]["theme"] == "system"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"data_sources": "confluence"}, "/data_sources"),
        ({"data_sources": [""]}, "/data_sources/0"),
        ({"data_sources": [str(n) for n in range(51)]}, "/data_sources"),
        ({"data_sources": ["x" * 101]}, "/data_sources/0"),
        ({"preferences": {"language": "de"}}, "/preferences/language"),
        ({"preferences": {"theme": "pink"}}, "/preferences/theme"),
        ({"preferences": {"default_doc_type": "No Type"}}, "/preferences/default_doc_type"),
        ({"preferences": {"admin": True}}, "/preferences/admin"),
        ({"role": "admin"}, "/role"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_stored(call, person, body, pointer):
    ann = person()
    answer = call("identity.update_user_settings", ann, json_body=body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)
    assert call("identity.get_user_settings", ann).body["data_sources"] == []
