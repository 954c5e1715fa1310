import { memo, useId } from 'react'
import styles from './chart.module.css'
import { findPoint, type Cursor } from './cursor.ts'
import type { Layout } from './layout.ts'
import { markerPath } from './palette.ts'
import { colourProps } from './SeriesMark.tsx'
import type { ChartSeries } from './series.ts'

interface Still {
  geometry: Layout
  series: readonly ChartSeries[]
  small: boolean
}

/**
 * Draws a layout as SVG. The chart has a text alternative, so the drawing is hidden from screen
 * readers.
 */
export function Drawing({ geometry, series, small, cursor, selected }: Still & { cursor: Cursor | null; selected: Cursor | null }) {
  const { plot } = geometry
  const selectedRing = ring(geometry, series, selected)
  const cursorRing = ring(geometry, series, cursor)
  return (
    <svg className={styles.drawing} width={geometry.width} height={geometry.height} aria-hidden="true" focusable="false">
      {cursor && <line x1={geometry.x(cursor.time)} x2={geometry.x(cursor.time)} y1={plot.top} y2={plot.bottom} className={styles.crosshair} />}
      <StillDrawing geometry={geometry} series={series} small={small} />
      {selectedRing && (
        <g {...colourProps(selectedRing.entry)}>
          <circle cx={selectedRing.x} cy={selectedRing.y} r={8} className={styles.selected} />
        </g>
      )}
      {cursorRing && (
        <g {...colourProps(cursorRing.entry)}>
          <circle cx={cursorRing.x} cy={cursorRing.y} r={6} className={styles.cursor} />
        </g>
      )}
    </svg>
  )
}

/**
 * The parts that do not depend on the cursor, memoized: there can be thousands of marks, and the
 * pointer moves often.
 */
const StillDrawing = memo(function StillDrawing({ geometry, series, small }: Still) {
  const { plot } = geometry
  const pattern = useId()
  const radius = small ? 2.6 : 3.4
  return (
    <>
      <defs>
        <pattern id={pattern} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0" y1="0" x2="0" y2="7" className={styles.hatchLine} />
        </pattern>
      </defs>
      {geometry.hatches.map((hatch) => (
        <rect
          key={hatch.x}
          x={hatch.x}
          y={plot.top}
          width={hatch.width}
          height={plot.bottom - plot.top}
          fill={`url(#${pattern})`}
          className={hatch.faint ? styles.faintHatch : styles.hatch}
          data-hatch={hatch.faint ? 'faint' : 'full'}
        />
      ))}
      {geometry.yTicks.map((tick, index) => (
        <g key={tick.y}>
          <line x1={plot.left} x2={plot.right} y1={tick.y} y2={tick.y} className={index === 0 ? styles.baseline : styles.gridline} />
          <text x={plot.left - 8} y={tick.y} dy="0.34em" textAnchor="end" className={styles.tick}>
            {tick.text}
          </text>
        </g>
      ))}
      {geometry.xTicks.map((tick) => (
        <g key={tick.x}>
          <line x1={tick.x} x2={tick.x} y1={plot.bottom} y2={plot.bottom + 4} className={styles.baseline} />
          <text x={tick.x} y={plot.bottom + 17} textAnchor={tick.anchor} className={styles.tick}>
            {tick.text}
          </text>
        </g>
      ))}
      {series.map((entry, index) => (
        <g key={entry.key} {...colourProps(entry)}>
          {geometry.runs
            .filter((run) => run.series === index)
            .map((run) => (
              <path key={run.d.slice(0, 24)} d={run.d} className={run.dashed ? styles.dashedLine : styles.line} data-run={run.dashed ? 'dashed' : 'solid'} />
            ))}
          {geometry.marks
            .filter((mark) => mark.series === index)
            .map((mark) => (
              <path
                key={mark.point.time}
                d={markerPath(entry.marker, radius)}
                transform={`translate(${mark.x} ${mark.y})`}
                className={mark.hollow ? styles.hollow : styles.mark}
                data-mark={mark.hollow ? 'hollow' : 'full'}
              />
            ))}
          {geometry.crosses
            .filter((cross) => cross.series === index)
            .map((cross) => (
              <path key={cross.x} d="M-3,-3L3,3M-3,3L3,-3" transform={`translate(${cross.x} ${plot.bottom - 7})`} className={styles.cross} />
            ))}
        </g>
      ))}
      {geometry.endLabels.map((label) => {
        const entry = series[label.series]!
        return (
          <g key={entry.key} {...colourProps(entry)}>
            <path d={`M${label.anchor.x + 5},${label.anchor.y}L${plot.right + 8},${label.y}`} className={styles.leader} />
            <text x={plot.right + 12} y={label.y} dy="0.34em" className={styles.endLabel}>
              <tspan className={styles.endName}>{clip(label.text, 14)}</tspan>
              <tspan dx="6" className={styles.endValue}>
                {label.value}
              </tspan>
            </text>
          </g>
        )
      })}
    </>
  )
})

/**
 * The position of the ring around a point: at its value, or on the axis if the value is unknown.
 */
function ring(geometry: Layout, series: readonly ChartSeries[], cursor: Cursor | null): { x: number; y: number; entry: ChartSeries } | null {
  const found = findPoint(series, cursor)
  if (!found) return null
  const { point } = found
  return { x: geometry.x(point.time), y: point.value === null ? geometry.plot.bottom : geometry.y(point.value), entry: found.series }
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
