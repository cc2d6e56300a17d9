"""POST /api/v1/auth/register."""

import pytest

from assistant.identity.access_tokens import verify
from tests.functions.identity.conftest import PASSWORD


@pytest.fixture
def submit(call, domain):
    """Sends a registration; each field may be replaced."""

    def send(email="ann", **fields):
        address = email if "@" in email else f"{email}@{domain}"
        return call("identity.register", json_body={"email": address, "password": PASSWORD, "name": "Ann", **fields})

    return send


@pytest.fixture
def stored(db, domain):
    """The accounts of the domain, with what their budget is."""

    def read():
        with db.reading() as work:
            return work.run(
                """SELECT u.email, u.name, u.role, u.password_hash, b.limit_microdollars
                   FROM users u LEFT JOIN budgets b ON b.owner_id = u.user_id
                   WHERE lower(u.email) LIKE '%' || :domain ORDER BY u.created_at""",
                domain=domain,
            )

    return read


def test_an_account_is_stored_and_signed_in(submit, stored):
    answer = submit()
    assert answer.status == 201, answer.body
    [row] = stored()
    assert (row["name"], row["role"], row["limit_microdollars"]) == ("Ann", "user", 100_000_000)
    assert row["password_hash"].startswith("$argon2id$")
    caller = verify(answer.body["access_token"])
    assert (caller.user_id, caller.role) == (answer.body["user"]["user_id"], "user")
    assert (answer.body["token_type"], answer.body["expires_in"]) == ("bearer", 1800)
    assert "password" not in str(answer.body)


def test_nobody_makes_himself_an_administrator(submit, stored):
    answer = submit(role="admin", scopes=["admin"], organization_id="00000000-0000-0000-0000-000000000000")
    assert answer.status == 201
    assert (answer.body["user"]["role"], stored()[0]["role"]) == ("user", "user")
    assert "admin" not in answer.body["user"]["scopes"]


@pytest.mark.parametrize("address", ["ann@another.example", "ann@sub.{domain}", "ann@{domain}.evil.example"])
def test_other_domains_are_closed(submit, domain, stored, address):
    answer = submit(address.format(domain=domain))
    assert (answer.status, answer.body["code"]) == (403, "forbidden")
    assert "administrator" in answer.body["detail"]
    assert stored() == []


def test_the_domain_is_told_by_what_follows_the_last_at(submit, stored):
    assert submit("ann@another.example@stranger.example").status in (403, 422)
    assert stored() == []


@pytest.mark.parametrize("again", ["ann", "ANN", "Ann"])
def test_an_address_is_taken_whatever_its_letter_case(submit, stored, again):
    assert submit("ann").status == 201
    answer = submit(again, name="Somebody else")
    assert (answer.status, answer.body["code"]) == (409, "conflict")
    assert [row["name"] for row in stored()] == ["Ann"]


@pytest.mark.parametrize(
    "password", ["", "Short-1", "no-upper-case-1", "NO-LOWER-CASE-1", "No-digit-at-all", "12345678"]
)
def test_a_weak_password_is_refused_with_the_rule(submit, stored, password):
    answer = submit(password=password)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/password")
    assert "8 characters" in answer.body["errors"][0]["detail"]
    assert stored() == []


def test_a_password_of_any_alphabet_is_a_password(submit, call, domain):
    password = "Пароль-\u0000-'; DROP TABLE users; --1"
    assert submit(password=password).status == 201
    answer = call("identity.log_in", json_body={"email": f"ann@{domain}", "password": password})
    assert answer.status == 200


def test_a_password_is_never_in_the_answer(submit):
    answer = submit(password="Secret-" + "x" * 200 + "1")
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/password")
    assert "xxxx" not in str(answer.body)


@pytest.mark.parametrize(
    ("limit", "stored_limit"), [(5, 5_000_000), ("0.5", 500_000), (0.000001, 1), (100, 100_000_000)]
)
def test_a_lower_budget_may_be_chosen(submit, stored, limit, stored_limit):
    assert submit(budget_limit=limit).status == 201
    assert stored()[0]["limit_microdollars"] == stored_limit


@pytest.mark.parametrize(
    "limit", [0, -1, 100.000001, 1000, 1_000_000, 10**30, "many", [], True, "NaN", "Infinity", "1e-9", "-0.0"]
)
def test_another_budget_is_refused(submit, stored, limit):
    answer = submit(budget_limit=limit)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/budget_limit"), answer.body
    assert stored() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not-an-address"), ("email", "a@b"), ("email", "a b@test.example"), ("email", "a\u0000@test.example"),
        ("email", "x" * 65 + "@test.example"), ("email", "a@" + "x" * 260 + ".example"), ("email", 7), ("email", None),
        ("name", ""), ("name", "   "), ("name", "x" * 101), ("name", {}), ("name", None),
        ("password", 12345678), ("password", None),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(call, domain, stored, field, value):
    body = {"email": f"ann@{domain}", "password": PASSWORD, "name": "Ann", field: value}
    answer = call("identity.register", json_body=body)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, f"/{field}")
    assert answer.headers["content-type"] == "application/problem+json"
    assert stored() == []


def test_a_name_is_stored_as_it_is(submit, stored):
    name = "О'Нил; DROP TABLE users; -- <b>😀</b>"
    assert submit(name=name).status == 201
    assert stored()[0]["name"] == name


def test_the_one_character_that_cannot_be_stored_is_named(submit, stored):
    answer = submit(name="Ann\u0000")
    assert answer.status == 422
    assert "U+0000" in answer.body["detail"]
    assert stored() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'"text"', b'{"email":'])
def test_what_is_not_a_json_object_is_refused(call, stored, body):
    answer = call("identity.register", body=body)
    assert (answer.status, answer.body["code"]) == (422, "invalid")
    assert stored() == []
