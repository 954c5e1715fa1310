import { formatNumber, formatShort } from '../format/numbers.ts'
import styles from './chart.module.css'
import { SeriesMark } from './SeriesMark.tsx'
import type { ChartSeries } from './series.ts'

/** The symbol, name and newest known value of every series. */
export function Legend({ series, hidden = 0 }: { series: readonly ChartSeries[]; hidden?: number }) {
  return (
    <ul className={`${styles.legend} numbers`} aria-label="Series">
      {series.map((entry) => {
        const last = entry.points.findLast((point) => point.value !== null)
        return (
          <li key={entry.key}>
            <SeriesMark series={entry} size={10} />
            <span className={styles.legendLabel} title={entry.label}>
              {entry.label}
            </span>
            {last && (
              <span className={styles.legendValue}>
                {last.state === 'partial' ? '≥ ' : ''}
                {formatShort(last.value!)}
              </span>
            )}
          </li>
        )
      })}
      {hidden > 0 && <li>and {formatNumber(hidden)} more</li>}
    </ul>
  )
}
