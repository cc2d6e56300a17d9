"""Consumes NotificationDeliveryQueue, outside the VPC: posts each message to its connections, in order."""

from assistant.notifications.envelope import DELIVERY_QUEUE
from assistant.notifications.fanout import deliver_groups
from assistant.queue import consumes_in_groups

handler = consumes_in_groups(deliver_groups, DELIVERY_QUEUE)
