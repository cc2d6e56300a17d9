/**
 * A list of tasks, newest first, that is read page by page and kept fresh by its first page alone. Reading all pages
 * again, as an infinite query does, would ask fifty times for ten thousand tasks.
 */

import type { UserTasks } from "../api/client";

/** What is known after the first page was read again. Older tasks stay when nothing can lie between. */
export function refreshed(known: UserTasks | undefined, first: UserTasks): UserTasks {
  const last = first.tasks.at(-1)?.task_id;
  const joint = known && first.next_cursor ? known.tasks.findIndex((task) => task.task_id === last) : -1;
  if (!known || joint < 0) return first;
  return { ...first, tasks: [...first.tasks, ...known.tasks.slice(joint + 1)], next_cursor: known.next_cursor };
}

/** With the page behind it; a page that was asked for at another end has come too late. */
export function extended(known: UserTasks | undefined, cursor: string, page: UserTasks): UserTasks | undefined {
  if (known?.next_cursor !== cursor) return known;
  const here = new Set(known.tasks.map((task) => task.task_id));
  const more = page.tasks.filter((task) => !here.has(task.task_id));
  return { ...known, tasks: [...known.tasks, ...more], next_cursor: page.next_cursor };
}
