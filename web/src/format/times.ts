// Times are shown in UTC, so that a link, a chart and the command line give a point the same name
// in every time zone.

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const minute = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })

/** 22 Nov 2026 */
export function formatDay(time: number | string): string {
  return day.format(new Date(time))
}

/** 22 Nov 2026, 14:05 UTC */
export function formatTime(time: number | string): string {
  return `${formatDay(time)}, ${minute.format(new Date(time))} UTC`
}

/**
 * Returns the format for a list of times: only the day if no two times are on the same day,
 * otherwise also hours and minutes.
 */
export function timeFormat(times: readonly number[]): (time: number) => string {
  const byDay = new Set(times.map((time) => Math.floor(time / 86_400_000)))
  return byDay.size === new Set(times).size ? formatDay : formatTime
}

/**
 * 40 s, 12 min, 3 h 20 min, 5 days. Rounded, so that a remaining time does not change with every
 * update.
 */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return 'under 1 s'
  if (seconds < 90) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 36) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.round(hours / 24)} days`
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** 3 minutes ago, in 2 days. */
export function formatAgo(time: number | string, now: number = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit)
  }
  return seconds > 5 ? 'in a moment' : 'just now'
}
