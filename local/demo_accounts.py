"""Who a fresh local cloud begins with. Known to everyone, on a cloud that only this machine reaches."""

DEMO_DOMAIN = "demo.example"
ADMIN_EMAIL = f"admin@{DEMO_DOMAIN}"
USER_EMAIL = f"user@{DEMO_DOMAIN}"
USER_PASSWORD = "Demo-pass-1"  # noqa: S105
