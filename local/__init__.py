"""The local cloud: every part of the system on one machine, without containers, accounts or keys."""
