"""An organisation whose domain may register, and accounts with real passwords."""

import uuid
from dataclasses import dataclass

import jwt
import pytest

from assistant.budget import ledger
from tests.conftest import Person

PASSWORD = "Correct-horse-1"


@dataclass(frozen=True)
class SignedInPerson(Person):
    """A user with the session that the authorizer would tell of."""

    session_id: str


@dataclass(frozen=True)
class Registered:
    email: str
    password: str
    body: dict


@pytest.fixture
def domain(db, person):
    """An e-mail domain of a new organisation; its addresses may register themselves."""
    name = f"{uuid.uuid4().hex[:10]}.example"
    organization = person(role="admin").organization_id
    with db.transaction() as work:
        work.run(
            """UPDATE organizations SET email_domains = ARRAY[CAST(:domain AS text)]
               WHERE organization_id = CAST(:organization AS uuid)""",
            domain=name,
            organization=organization,
        )
    return name


@pytest.fixture
def register(call, domain):
    """Registers an account through the API: `register("ann")`."""

    def make(name="ann", password=PASSWORD):
        email = f"{name}@{domain}"
        answer = call("identity.register", json_body={"email": email, "password": password, "name": name})
        assert answer.status == 201, answer.body
        return Registered(email, password, answer.body)

    return make


@pytest.fixture
def as_caller():
    """The caller whom the authorizer would make of a registration, or of a later sign-in of it."""

    def make(registered, signed_in=None):
        body = signed_in or registered.body
        claims = jwt.decode(body["access_token"], options={"verify_signature": False})
        return SignedInPerson(claims["org"], claims["sub"], claims["email"], claims["role"], claims["sid"])

    return make


@pytest.fixture
def sign_in(call):
    """Signs in somebody who is registered."""
    return lambda someone, password=None: call(
        "identity.log_in", json_body={"email": someone.email, "password": password or someone.password}
    )


@pytest.fixture
def spend(db):
    """Charges somebody: a hold that is settled in full."""

    def charge(someone, request, amount, purpose="test"):
        with db.transaction() as work:
            ledger.hold(work, someone.organization_id, someone.user_id, request, amount, purpose)
            ledger.settle(work, someone.organization_id, request, amount)

    return charge


@pytest.fixture
def sign_in_with_cookie(call):
    """Signs in as the console does: (answer, the cookie as a browser sends it back)."""

    def make(someone):
        answer = call(
            "identity.log_in",
            json_body={"email": someone.email, "password": someone.password, "refresh_in": "cookie"},
        )
        [cookie] = answer.cookies
        return answer, cookie.partition(";")[0]

    return make
