"""A transaction pooler in front of PostgreSQL that behaves as RDS Proxy does and reports what would pin a session.

A pinned session keeps its server connection until the client leaves: on RDS Proxy that silently turns pooling off.
Here each pin is counted with its statement, and `python -m local pins --fail` turns it into a failed build.
"""
