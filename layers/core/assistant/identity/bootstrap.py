"""The organisation of a new deployment, with its first administrator."""

from assistant.budget.limits import DEFAULT_ADMIN_LIMIT, give_budget
from assistant.identity.accounts import add_user
from assistant.platform.db import UnitOfWork


def ensure_organization(
    work: UnitOfWork,
    name: str,
    time_zone: str,
    domains: list[str],
    monthly_budget: int,
    admin_email: str,
    password: str,
) -> str:
    """Create the organisation and its administrator unless the administrator exists; the organisation's id.

    Later calls only bring the registration domains up to date. `monthly_budget` in micro-dollars.
    """
    known = work.one(
        """/* any organization - the address of the administrator tells which */
           SELECT organization_id FROM users WHERE lower(email) = lower(:email)""",
        email=admin_email,
    )
    if known is None:
        [row] = work.run(
            """/* any organization - it is made here */
               INSERT INTO organizations (name, time_zone) VALUES (:name, :zone) RETURNING organization_id""",
            name=name,
            zone=time_zone,
        )
        organization_id = str(row["organization_id"])
        give_budget(work, organization_id, "organization", organization_id, monthly_budget)
        add_user(work, organization_id, admin_email, password, "Administrator", "admin", DEFAULT_ADMIN_LIMIT)
    else:
        organization_id = str(known["organization_id"])
    work.run(
        """UPDATE organizations SET email_domains = CAST(:domains AS text[])
           WHERE organization_id = CAST(:organization AS uuid)""",
        domains=domains,
        organization=organization_id,
    )
    return organization_id
