import { formatNumber } from '../format/numbers.ts'
import styles from './chart.module.css'
import type { Cursor } from './cursor.ts'
import type { Layout } from './layout.ts'
import { SeriesMark } from './SeriesMark.tsx'
import type { ChartSeries } from './series.ts'
import { coverageText } from './summary.ts'

const most = 8

/**
 * The values of up to eight series at the cursor's time, largest first, and the coverage of the
 * point under the cursor.
 */
export function Tooltip({ geometry, series, cursor, date }: { geometry: Layout; series: readonly ChartSeries[]; cursor: Cursor; date: (time: number) => string }) {
  const rows = series
    .flatMap((entry) => {
      const point = entry.points.find((candidate) => candidate.time === cursor.time)
      return point ? [{ entry, point }] : []
    })
    .toSorted((a, b) => (b.point.value ?? -1) - (a.point.value ?? -1))
  const current = rows.find(({ entry }) => entry.key === cursor.series)
  const shown = rows.slice(0, most)
  if (current && !shown.includes(current)) shown[most - 1] = current
  const x = geometry.x(cursor.time)
  const leftSide = x > geometry.width / 2
  return (
    <div className={styles.tooltip} style={leftSide ? { right: geometry.width - x + 14 } : { left: x + 14 }} aria-hidden="true">
      <div className={styles.tooltipTime}>{date(cursor.time)}</div>
      {shown.map(({ entry, point }) => (
        <div key={entry.key} className={entry.key === cursor.series ? styles.tooltipCurrent : styles.tooltipRow}>
          <SeriesMark series={entry} size={10} />
          <span className={styles.tooltipLabel}>{entry.label}</span>
          <span className="numbers">{point.value === null ? 'unknown' : `${point.state === 'partial' ? '≥ ' : ''}${formatNumber(point.value)}`}</span>
        </div>
      ))}
      {rows.length > shown.length && <div className={styles.tooltipNote}>and {rows.length - shown.length} more</div>}
      {current && <div className={styles.tooltipNote}>{coverageText(current.point)}</div>}
    </div>
  )
}
