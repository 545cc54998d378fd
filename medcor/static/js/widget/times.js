const DAY_MS = 24 * 3600 * 1000;
export const WEEK = 7;

/** A date some days later, both as YYYY-MM-DD. */
export function addDays(iso, days) {
  return new Date(Date.parse(`${iso}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The dates of a week from one day on, none past the last that can be booked. */
export function weekOf(start, last) {
  return Array.from({ length: WEEK }, (_, index) => addDays(start, index)).filter((day) => day <= last);
}

/** Times by day, in the order of the days: [{day, times}]. */
export function byDay(times) {
  const days = new Map();
  for (const time of times) {
    if (!days.has(time.date)) days.set(time.date, []);
    days.get(time.date).push(time);
  }
  return [...days].map(([day, found]) => ({ day, times: found }));
}

/**
 * With any doctor, one offer for each start is enough: the first in the list. What differs by its
 * doctor only would be a row of the same buttons.
 */
export function oneEach(times) {
  const seen = new Set();
  return times.filter(({ date, start_time: start }) => {
    const key = `${date} ${start}`;
    return !seen.has(key) && seen.add(key);
  });
}

/**
 * What an answer of at most `limit` times tells of each day: how many are free, or null where the
 * answer may have ended before the day did.
 */
export function countDays(days, times, limit) {
  const cut = times.length >= limit ? times.at(-1).date : null;
  return days.map((day) => {
    const free = oneEach(times.filter(({ date }) => date === day)).length;
    return { day, free: cut !== null && day >= cut ? null : free };
  });
}

/** The week before or after, kept between today and the last day. */
export function stepWeek(start, direction, today, last) {
  const moved = addDays(start, direction * WEEK);
  if (moved < today) return today;
  return moved > last ? start : moved;
}

/** The times nearest to a wished one that is gone, in the order of the clock. */
export function nearest(times, wish, count) {
  const at = ({ date, start_time: start }) => Date.parse(`${date}T${start}:00Z`);
  const distance = (time) => Math.abs(at(time) - at(wish));
  return [...times]
    .sort((one, other) => distance(one) - distance(other))
    .slice(0, count)
    .sort((one, other) => at(one) - at(other));
}
