"""A small Lambda service: every function in processes of its own, under the real runtime client.

The cloud emulator hands it each invocation, and it also speaks Lambda's own Invoke API.
"""
