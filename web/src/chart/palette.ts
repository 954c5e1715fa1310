// Eight hues that are distinguishable with the common kinds of colour blindness. Each has a shade
// for light and one for dark pages, with a contrast of at least 3:1 to the page (palette.css). A
// series also has a marker shape.

/**
 * The colours that are stored with series: the light shades. The page translates them to the shades
 * of its theme.
 */
export const palette = [
  { name: 'Blue', hex: '#2563d9' },
  { name: 'Orange', hex: '#c2570c' },
  { name: 'Green', hex: '#0b7f63' },
  { name: 'Pink', hex: '#c2367e' },
  { name: 'Purple', hex: '#7048d0' },
  { name: 'Ochre', hex: '#866a00' },
  { name: 'Cyan', hex: '#0a7ea4' },
  { name: 'Brown', hex: '#8f4a3b' },
] as const

/**
 * A CSS class of palette.css that sets the custom property --series; or no class and a literal
 * colour.
 */
export interface SeriesColour {
  className: string
  literal?: string
}

const literalColour = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i

/**
 * The colour of the series at position `index`. `stored`, the colour in the database, may be any
 * text, because other clients write it too.
 */
export function seriesColour(stored: string, index: number): SeriesColour {
  const known = palette.findIndex((entry) => entry.hex === stored.toLowerCase())
  if (known >= 0) return { className: `series-${known}` }
  if (literalColour.test(stored)) return { className: '', literal: stored }
  return { className: `series-${index % palette.length}` }
}

export const markerShapes = ['circle', 'square', 'triangle', 'diamond', 'down', 'hexagon'] as const
export type MarkerShape = (typeof markerShapes)[number]

export function markerShape(index: number): MarkerShape {
  return markerShapes[index % markerShapes.length]!
}

/**
 * The SVG path of a marker with the given radius around 0,0. Shapes are scaled to the same visual
 * weight.
 */
export function markerPath(shape: MarkerShape, radius: number): string {
  const point = (angle: number, r: number) => `${(Math.cos(angle) * r).toFixed(2)},${(Math.sin(angle) * r).toFixed(2)}`
  const polygon = (corners: number, start: number, scale: number) =>
    `M${Array.from({ length: corners }, (_, i) => point(start + (i * 2 * Math.PI) / corners, radius * scale)).join('L')}Z`
  switch (shape) {
    case 'circle':
      return `M${-radius},0a${radius},${radius} 0 1,0 ${2 * radius},0a${radius},${radius} 0 1,0 ${-2 * radius},0Z`
    case 'square':
      return polygon(4, Math.PI / 4, 1.25)
    case 'triangle':
      return polygon(3, -Math.PI / 2, 1.35)
    case 'diamond':
      return polygon(4, 0, 1.35)
    case 'down':
      return polygon(3, Math.PI / 2, 1.35)
    case 'hexagon':
      return polygon(6, 0, 1.15)
  }
}
