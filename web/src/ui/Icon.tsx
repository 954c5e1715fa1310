const paths = {
  pause: 'M6 4v8M10 4v8',
  play: 'M5.5 3.5v9l7-4.5z',
  plus: 'M8 3.5v9M3.5 8h9',
  more: 'M8 3.5v.1M8 8v.1M8 12.4v.1',
  close: 'M4 4l8 8M12 4l-8 8',
  external: 'M6.5 4H4v8h8V9.5M9 3.5h3.5V7M12.3 3.7L7.5 8.5',
  sync: 'M13 8a5 5 0 0 1-8.9 3.1M3 8a5 5 0 0 1 8.9-3.1M12 2.5v2.7H9.3M4 13.5v-2.7h2.7',
  trash: 'M3.5 4.5h9M6.5 4.5v-1h3v1M5 4.5l.5 8h5l.5-8',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.8v1M8 13.2v1M1.8 8h1M13.2 8h1M3.6 3.6l.7.7M11.7 11.7l.7.7M3.6 12.4l.7-.7M11.7 4.3l.7-.7',
  moon: 'M13 9.4A5.4 5.4 0 1 1 6.6 3a4.3 4.3 0 0 0 6.4 6.4z',
  system: 'M2.5 3.5h11v7h-11zM6 13h4M8 10.5V13',
  search: 'M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8M10 10l3 3',
  warning: 'M8 2.8l5.8 10H2.2zM8 6.5v3M8 11.2v.1',
  back: 'M9.5 3.5L5 8l4.5 4.5',
  chevron: 'M4.5 6.5L8 10l3.5-3.5',
  folder: 'M2.5 4h4l1.2 1.5h5.8v7h-11z',
  cloud: 'M4.8 12a2.6 2.6 0 0 1-.3-5.2 3.6 3.6 0 0 1 7-.3A2.8 2.8 0 0 1 11.5 12z',
} as const

export type IconName = keyof typeof paths

/** A line icon, hidden from screen readers. A control with only an icon needs an aria-label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
