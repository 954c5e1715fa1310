import { markerPath } from './palette.ts'
import type { ChartSeries } from './series.ts'

/** The class name or custom property that gives a mark the colour of its series. */
export function colourProps({ colour }: Pick<ChartSeries, 'colour'>): { className: string; style?: React.CSSProperties } {
  return colour.className ? { className: colour.className } : { className: '', style: { '--series': colour.literal } as React.CSSProperties }
}

/** The symbol of a series in legends and tables: the marker shape, in the colour of the series. */
export function SeriesMark({ series, size = 12 }: { series: Pick<ChartSeries, 'colour' | 'marker'>; size?: number }) {
  return (
    <svg {...colourProps(series)} width={size} height={size} viewBox="-6 -6 12 12" aria-hidden="true" focusable="false">
      <path d={markerPath(series.marker, 4)} fill="var(--series)" />
    </svg>
  )
}
