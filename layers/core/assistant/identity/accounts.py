"""Accounts: register, sign in, refresh, change the password, sign out."""

from assistant.budget.limits import DEFAULT_ADMIN_LIMIT, DEFAULT_USER_LIMIT, give_budget
from assistant.identity import access_tokens, lock_out, refresh_tokens, sessions
from assistant.identity.caller import Caller
from assistant.identity.passwords import NOBODY, RULES, first_password, hash_password, is_strong, matches
from assistant.identity.users import USER_COLUMNS, SignIn, User, from_row, get_user
from assistant.platform.db import Row, StatementFailed, UnitOfWork
from assistant.platform.errors import Conflict, Forbidden, Invalid, Unauthenticated

UNIQUE_VIOLATION = "23505"
SCOPES = {"user": ("basic", "search", "generate"), "admin": ("basic", "search", "generate", "admin")}


class WrongCredentials(Unauthenticated):
    """A guess that failed; the count of it is stored although the caller is refused."""

    commits = True


def register(work: UnitOfWork, email: str, password: str, name: str, budget_limit: int | None) -> SignIn:
    """Open an account in the organisation that the address's domain belongs to.

    `budget_limit`: micro-dollars a month, at most the default one; more is an administrator's to give.
    """
    require_strong(password, "/password")
    limit = DEFAULT_USER_LIMIT if budget_limit is None else budget_limit
    if limit > DEFAULT_USER_LIMIT:
        raise Invalid(
            f"/budget_limit: at most ${DEFAULT_USER_LIMIT / 1e6:.2f} when registering; an administrator can raise it.",
            errors=[{"pointer": "/budget_limit", "detail": "above what a new account may ask for"}],
        )
    organization = work.one(
        """/* any organization - the domain tells which */
           SELECT organization_id FROM organizations WHERE :domain = ANY (email_domains)""",
        domain=email.rpartition("@")[2].lower(),
    )
    if organization is None:
        raise Forbidden("Addresses of this domain cannot register themselves. Ask an administrator for an account.")
    organization_id = str(organization["organization_id"])
    user = add_user(work, organization_id, email, password, name, "user", limit)
    return _sign_in(work, user)


def add_user(
    work: UnitOfWork, organization_id: str, email: str, password: str, name: str, role: str, limit: int
) -> User:
    """Store a user with a monthly budget of `limit` micro-dollars."""
    try:
        [row] = work.run(
            f"""INSERT INTO users (organization_id, email, name, password_hash, role, scopes)
                VALUES (CAST(:organization AS uuid), :email, :name, :hash, :role, CAST(:scopes AS text[]))
                RETURNING {USER_COLUMNS}""",  # noqa: S608 - a constant list of columns
            organization=organization_id,
            email=email,
            name=name,
            hash=hash_password(password),
            role=role,
            scopes=list(SCOPES[role]),
        )
    except StatementFailed as error:
        if error.sqlstate == UNIQUE_VIOLATION:
            raise Conflict("There is already an account with this address. Sign in instead.") from error
        raise
    user = from_row(row)
    give_budget(work, organization_id, "user", user.user_id, limit)
    return user


def create_user(work: UnitOfWork, caller: Caller, email: str, name: str, role: str) -> tuple[User, str]:
    """An account in the administrator's own organisation, with the default budget of its role; its first password."""
    password = first_password()
    limit = DEFAULT_ADMIN_LIMIT if role == "admin" else DEFAULT_USER_LIMIT
    return add_user(work, caller.organization_id, email, password, name, role, limit), password


def log_in(work: UnitOfWork, email: str, password: str) -> SignIn:
    """Sign in. An unknown address and a wrong password get the same answer in the same time."""
    row = _right_user(work, email, password)
    if row is None:
        raise WrongCredentials("The e-mail address or the password is wrong.", reason="wrong_credentials")
    return _sign_in(work, from_row(row))


def refresh(work: UnitOfWork, refresh_token: str, *, grace_seconds: int = 0) -> SignIn:
    """Exchange a refresh token for new tokens of the same sign-in, with the role and scopes of now.

    `grace_seconds`: for so long after its use the token may be used again.
    """
    organization_id, user_id, session_id = refresh_tokens.redeem(work, refresh_token, grace_seconds)
    user = get_user(work, organization_id, user_id)
    if not user.is_active:
        raise Unauthenticated("This account is switched off. Ask an administrator.")
    return _sign_in(work, user, session_id)


def change_password(work: UnitOfWork, caller: Caller, current: str, new: str) -> int:
    """Set the caller's password, knowing the current one; how many other sign-ins that ended."""
    require_strong(new, "/new_password")
    if _right_user(work, caller.email, current) is None:
        raise WrongCredentials("The current password is wrong.", reason="wrong_credentials")
    work.run(
        """UPDATE users SET password_hash = :hash
           WHERE organization_id = CAST(:organization AS uuid) AND user_id = CAST(:user AS uuid)""",
        hash=hash_password(new),
        organization=caller.organization_id,
        user=caller.user_id,
    )
    return sessions.end_all(work, caller, "password", keep=caller.session_id or None)


def require_strong(password: str, pointer: str) -> None:
    """Raises Invalid at `pointer` for a password that is too easy or too long."""
    if not is_strong(password):
        raise Invalid(f"{pointer}: choose {RULES}.", errors=[{"pointer": pointer, "detail": f"needs {RULES}"}])


def _right_user(work: UnitOfWork, email: str, password: str) -> Row | None:
    """The active user of this address and password, else None: after the same work, and counted as a failure."""
    lock_out.count_attempt(work, email)
    row = work.one(
        f"""/* any organization - the address tells which */
            SELECT {USER_COLUMNS}, password_hash FROM users WHERE lower(email) = lower(:email)""",  # noqa: S608
        email=email,
    )
    right = matches(row["password_hash"] if row else NOBODY, password)
    if row is None or not right or not row["is_active"]:
        lock_out.forget_old(work)
        return None
    lock_out.forget(work, email)
    return row


def _sign_in(work: UnitOfWork, user: User, session_id: str | None = None) -> SignIn:
    session_id = session_id or sessions.start(work, user.organization_id, user.user_id)
    return SignIn(
        user=user,
        access_token=access_tokens.issue(
            user.user_id, user.organization_id, user.role, user.scopes, user.email, session_id
        ),
        refresh_token=refresh_tokens.issue(work, user.organization_id, user.user_id, session_id),
        expires_in=int(access_tokens.LIFETIME.total_seconds()),
    )
