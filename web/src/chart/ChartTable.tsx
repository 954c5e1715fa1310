import { formatNumber } from '../format/numbers.ts'
import { timeFormat } from '../format/times.ts'
import styles from './chart.module.css'
import type { Cursor } from './cursor.ts'
import { SeriesMark } from './SeriesMark.tsx'
import type { ChartSeries } from './series.ts'
import { coverageText } from './summary.ts'

/** The chart's data as a table, newest first, for reading, copying and screen readers. */
export function ChartTable({ title, series, onOpen }: { title: string; series: readonly ChartSeries[]; onOpen: (cursor: Cursor) => void }) {
  const times = [...new Set(series.flatMap((entry) => entry.points.map((point) => point.time)))].toSorted((a, b) => b - a)
  const date = timeFormat(times)
  const points = series.map((entry) => new Map(entry.points.map((point) => [point.time, point])))
  return (
    <div className={styles.tableWrap} tabIndex={0} role="region" aria-label={`${title} as a table`}>
      <table className={`${styles.table} numbers`}>
        <thead>
          <tr>
            <th scope="col">Time (UTC)</th>
            {series.map((entry) => (
              <th key={entry.key} scope="col">
                <span className={styles.headLabel}>
                  <SeriesMark series={entry} size={10} />
                  {entry.label}
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time) => (
            <tr key={time}>
              <th scope="row">{date(time)}</th>
              {series.map((entry, index) => {
                const point = points[index]!.get(time)
                if (!point) return <td key={entry.key}>–</td>
                const text = point.value === null ? 'unknown' : `${point.state === 'partial' ? '≥ ' : ''}${formatNumber(point.value)}`
                return (
                  <td key={entry.key} className={point.value === null ? styles.unknown : undefined}>
                    <button type="button" title={coverageText(point)} onClick={() => onOpen({ series: entry.key, time })}>
                      {text}
                    </button>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
