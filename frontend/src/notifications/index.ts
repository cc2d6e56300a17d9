/** The client of the socket for browsers. */

export { NotificationClient, type ClientEvent, type Options, type SocketLike, type State } from "./client";
export { Inbox, type InboxEvent, type Notification, type Position } from "./inbox";
