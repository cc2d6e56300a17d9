"""The assistant: adapters (http, queue, websocket) over contexts (identity, budget, …) over the platform.

Imports point down only: an adapter may import a context, a context may import the platform, never the other way.
"""
