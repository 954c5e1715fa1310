import { useId, useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react'
import { timeFormat } from '../format/times.ts'
import styles from './chart.module.css'
import { cursorAt, findPoint, moveCursor, type Cursor } from './cursor.ts'
import { Drawing } from './Drawing.tsx'
import { layout } from './layout.ts'
import type { ChartSeries } from './series.ts'
import { announce, summarize } from './summary.ts'
import { Tooltip } from './Tooltip.tsx'
import { useWidth } from './useWidth.ts'

interface Props {
  title: string
  series: readonly ChartSeries[]
  domain: readonly [number, number] | null
  height: number
  /** The point whose samples are shown. */
  selected?: Cursor | null
  /**
   * Called when the user clicks a point or presses Enter. Without `onOpen`, the chart is a figure
   * with a summary, and has no cursor and no focus.
   */
  onOpen?: (cursor: Cursor) => void
  /** Called when the user presses Escape. */
  onLeave?: () => void
}

const keys = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'])

/**
 * A line chart that shows what is known: solid lines between exact points, dashed lines and hollow
 * marks where values are incomplete, hatching where nothing is computed yet, and no line across a
 * gap.
 */
export function LineChart({ title, series, domain, height, selected = null, onOpen, onLeave }: Props) {
  const [ref, width] = useWidth<HTMLDivElement>()
  const [cursor, setCursor] = useState<Cursor | null>(null)
  const [said, setSaid] = useState('')
  const help = useId()
  const interactive = onOpen !== undefined
  const geometry = useMemo(
    () => layout({ series, width: Math.max(width, 120), height, domain, endLabels: interactive && series.length > 1, small: !interactive }),
    [series, width, height, domain, interactive],
  )
  const date = useMemo(() => timeFormat(series.flatMap((entry) => entry.points.map((point) => point.time))), [series])
  const summary = useMemo(() => summarize(series), [series])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      setCursor(null)
      onLeave?.()
    } else if (event.key === 'Enter' && cursor) {
      event.preventDefault()
      onOpen?.(cursor)
    } else if (keys.has(event.key)) {
      event.preventDefault()
      const next = moveCursor(series, cursor ?? selected, event.key)
      setCursor(next)
      const found = findPoint(series, next)
      if (found) setSaid(announce(found.series, found.point, date))
    }
  }
  const pointed = (event: PointerEvent | React.MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect()
    return cursorAt(series, geometry, event.clientX - box.left, event.clientY - box.top)
  }

  return (
    <figure className={styles.figure}>
      <div ref={ref} className={styles.frame} style={{ height }}>
        {width > 0 && <Drawing geometry={geometry} series={series} cursor={cursor} selected={selected} small={!interactive} />}
        {interactive && (
          <div
            className={styles.surface}
            // This role makes screen readers pass the arrow keys to the chart.
            role="application"
            aria-roledescription="line chart"
            aria-label={title}
            aria-describedby={help}
            tabIndex={0}
            onKeyDown={onKeyDown}
            onPointerMove={(event) => setCursor(pointed(event))}
            onPointerLeave={() => setCursor(null)}
            onBlur={() => setCursor(null)}
            onClick={(event) => {
              const at = pointed(event)
              if (at) onOpen(at)
            }}
          />
        )}
        {interactive && cursor && <Tooltip geometry={geometry} series={series} cursor={cursor} date={date} />}
      </div>
      <figcaption className={interactive ? styles.caption : 'visually-hidden'}>
        {interactive ? '' : `${title}. `}
        {summary}
      </figcaption>
      {interactive && (
        <>
          <p id={help} className="visually-hidden">
            {summary} Use the left and right arrow keys to move between points, up and down to move between series, Enter to open the samples of a point, and Escape to leave.
          </p>
          <p className="visually-hidden" aria-live="polite">
            {said}
          </p>
        </>
      )}
    </figure>
  )
}
