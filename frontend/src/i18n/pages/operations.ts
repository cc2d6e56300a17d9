/** The words of dead letters. */

const en = {
  dead: "Dead letters",
  deadHint: "Tasks that used up their attempts, by what they died of. Trying again makes new tasks with money of their own.",
  none: "Nothing has died",
  noneHint: "Tasks that give up after their last attempt appear here.",
  count: (count: number) => `${count} ${count === 1 ? "task" : "tasks"}`,
  when: (first: string, last: string) => `first ${first}, last ${last}`,
  redrive: "Try again",
  redriveAll: "Try all of them again",
  redriveAsk: (count: number) => `Try ${count} ${count === 1 ? "task" : "tasks"} again?`,
  redriveHint: "Each gets a hold of its own in the budget of its owner. Those without room stay where they are.",
  redriven: (count: number) => `${count} ${count === 1 ? "task was" : "tasks were"} submitted anew.`,
  refused: (count: number, codes: string) => `${count} stayed dead letters: ${codes}`,
  tasks: "The last of them",
  close: "Close",
};

const ru: typeof en = {
  dead: "Сбойные задачи",
  deadHint: "Задачи, исчерпавшие попытки, по причинам. Повтор создаёт новые задачи со своими деньгами.",
  none: "Сбойных задач нет",
  noneHint: "Здесь появятся задачи, сдавшиеся после последней попытки.",
  count: (count) => `Задач: ${count}`,
  when: (first, last) => `первая ${first}, последняя ${last}`,
  redrive: "Повторить",
  redriveAll: "Повторить все",
  redriveAsk: (count) => `Повторить задачи (${count})?`,
  redriveHint: "Каждая получит свою сумму в бюджете владельца. Кому не хватит, те останутся здесь.",
  redriven: (count) => `Отправлено заново: ${count}.`,
  refused: (count, codes) => `Остались сбойными ${count}: ${codes}`,
  tasks: "Последние из них",
  close: "Закрыть",
};

export const operationsWords = { en, ru };
