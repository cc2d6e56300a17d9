"""What the log keeps and what a socket may do. docs/notifications.md tells clients the same numbers."""

KEPT = 50  # newest messages a user, for KEPT_HOURS; a client that missed more is told `recovered: false`
KEPT_HOURS = 24
LARGEST_FRAME = 32 * 1024  # bytes; API Gateway's frame. A larger message to a client travels by reference
LARGEST_MESSAGE = 128 * 1024  # bytes; API Gateway's message. A client that sends more is cut off
LARGEST_DATA = 1024 * 1024  # bytes of one notification's data; what is larger belongs into the object store

MESSAGES_A_MINUTE = 100  # of one connection; what is over is not answered
FLOOD_A_MINUTE = 200  # a client that does not stop is cut off

IDLE_SECONDS = 300  # without a word from the client; API Gateway's own limit is 600
LIFE_SECONDS = 7200  # API Gateway's limit for one connection
ROTATE_AFTER_SECONDS = 6300  # the client is asked to move a quarter of an hour before
