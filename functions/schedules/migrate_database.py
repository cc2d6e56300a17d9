"""On every deployment: bring the schema up to date, make sure that the organisation has its administrator."""

from decimal import Decimal
from typing import Any

from assistant.budget.money import microdollars
from assistant.identity.bootstrap import ensure_organization
from assistant.platform.custom_resource import custom_resource
from assistant.platform.db import Database
from assistant.platform.db.connection import connect_as_owner
from assistant.platform.db.migrate import migrate
from assistant.platform.secrets import value_of


def run(properties: dict[str, Any]) -> dict[str, Any]:
    """Properties: OrganizationName, TimeZone, RegistrationDomains (comma separated), MonthlyBudget (US dollars),
    AdminEmail, AdminPasswordSecret (id of the secret that holds the administrator's first password)."""
    database = Database(connect_as_owner)
    applied = migrate(database.connection())
    if admin_email := properties.get("AdminEmail"):
        domains = [domain.strip().lower() for domain in properties["RegistrationDomains"].split(",") if domain.strip()]
        with database.transaction() as work:
            ensure_organization(
                work,
                properties["OrganizationName"],
                properties["TimeZone"],
                domains,
                microdollars(Decimal(properties["MonthlyBudget"])),
                admin_email,
                value_of(properties["AdminPasswordSecret"]) or "",
            )
    database.discard()
    return {"applied": ",".join(applied)}


handler = custom_resource(run, physical_id="database")
