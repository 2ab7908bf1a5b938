/** Line icons on a 16-pixel grid, drawn with the colour of the text beside them. */
const paths = {
  pause: 'M5 3v10M11 3v10',
  play: 'M5 3l8 5-8 5z',
  step: 'M4 3l6 5-6 5zM12 3v10',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  split: 'M2 3h12v10H2zM8 3v10',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.5 10.5L14 14',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.5 6.5h.01M5 9.5h6',
  reset: 'M3 8a5 5 0 1 1 1.6 3.7M3 12V8.6M3 12h3.4',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  book: 'M8 4C6.5 3 4.500 2.700 2 3v9.500c2.500-.3 4.500 0 6 1 1.500-1 3.500-1.300 6-1V3c-2.500-.3-4.500 0-6 1zM8 4v9.500',
  terminal: 'M2 3h12v10H2zM4.500 6l2 2-2 2M8.500 10.500h3',
  editor: 'M9.500 3.500l3 3M3 13l.8-3.200L11 2.500l2.500 2.500L6.200 12.200z',
  map: 'M2 4l4-1.500 4 1.500 4-1.500V12l-4 1.500-4-1.500-4 1.500zM6 2.500V12M10 4v9.500',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  folder: 'M2 4h4l1.500 2H14v7H2z',
  check: 'M3 8.500l3.500 3.500L13 4.500',
  copy: 'M5 5h8v9H5zM3 11V2h8',
  trash: 'M3 4.500h10M6 4.500V3h4v1.500M4.500 4.500L5 13.500h6l.5-9',
} as const

export type IconName = keyof typeof paths

export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="glyph"
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  )
}
