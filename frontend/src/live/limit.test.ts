import { expect, test } from "vitest";
import { dollars, usedUpOn } from "./limit";

const days = [1, 0, 2, 3].map((cost, index) => ({ date: `2026-01-0${index + 1}`, cost }));

test("the day on which a limit would have been passed, not the one on which it was met", () => {
  expect(usedUpOn(days, 0.5)).toBe("2026-01-01");
  expect(usedUpOn(days, 1)).toBe("2026-01-03");
  expect(usedUpOn(days, 3)).toBe("2026-01-04");
  expect(usedUpOn(days, 6)).toBeNull();
  expect(usedUpOn([], 1)).toBeNull();
});

test("an amount with a comma or a point; nothing else is one", () => {
  expect([dollars("2,5"), dollars(" 3 "), dollars("0.10")]).toEqual([2.5, 3, 0.1]);
  expect([dollars(""), dollars("0"), dollars("-1"), dollars("ten")]).toEqual([null, null, null, null]);
});
