import type { Nodes, RootContent } from 'mdast'
import { Fragment, type ReactNode } from 'react'

/** Draws a Markdown tree. The tree holds no raw HTML (the lesson loader drops it), and nothing here makes any from text. */
export function Markdown({ content }: { content: readonly RootContent[] }) {
  return <>{content.map((node, index) => drawn(node, index))}</>
}

/** A line's end in the source is a space in English and nothing between two Japanese characters. */
const joinLines = (text: string) =>
  text.replace(/(?<=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])\n(?=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])/g, '')

function drawn(node: Nodes, key: number): ReactNode {
  const inside = 'children' in node ? (node.children as Nodes[]).map((child, index) => drawn(child, index)) : null
  switch (node.type) {
    case 'text':
      return joinLines(node.value)
    case 'paragraph':
      return <p key={key}>{inside}</p>
    case 'heading': {
      // The panel's own title is h2, so a lesson's `##` becomes h3.
      const Heading = `h${Math.min(6, node.depth + 1)}` as 'h2' | 'h3' | 'h4' | 'h5' | 'h6'
      return <Heading key={key}>{inside}</Heading>
    }
    case 'emphasis':
      return <em key={key}>{inside}</em>
    case 'strong':
      return <strong key={key}>{inside}</strong>
    case 'delete':
      return <del key={key}>{inside}</del>
    case 'inlineCode':
      return <code key={key}>{node.value}</code>
    case 'code':
      return (
        <pre key={key} tabIndex={0}>
          <code>{node.value}</code>
        </pre>
      )
    case 'break':
      return <br key={key} />
    case 'thematicBreak':
      return <hr key={key} />
    case 'blockquote':
      return <blockquote key={key}>{inside}</blockquote>
    case 'list':
      return node.ordered ? (
        <ol key={key} start={node.start ?? 1}>
          {inside}
        </ol>
      ) : (
        <ul key={key}>{inside}</ul>
      )
    case 'listItem':
      return <li key={key}>{inside}</li>
    case 'link':
      return (
        <a key={key} href={node.url} title={node.title ?? undefined} target="_blank" rel="noreferrer">
          {inside}
        </a>
      )
    case 'table':
      return (
        <div key={key} className="table-scroll" tabIndex={0}>
          <table>
            <tbody>{inside}</tbody>
          </table>
        </div>
      )
    case 'tableRow':
      return <tr key={key}>{inside}</tr>
    case 'tableCell':
      return <td key={key}>{inside}</td>
    default:
      return inside && <Fragment key={key}>{inside}</Fragment>
  }
}

/** A line of text with `code` in it, as goals, hints and quiz options are written. */
export function Line({ text }: { text: string }) {
  return (
    <>
      {text
        .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
        .map((part, index) =>
          part.startsWith('`') ? (
            <code key={index}>{part.slice(1, -1)}</code>
          ) : part.startsWith('**') ? (
            <strong key={index}>{part.slice(2, -2)}</strong>
          ) : (
            part
          ),
        )}
    </>
  )
}

/** Commands as text that breaks between words and never after the dashes of a flag. */
export function Commands({ text }: { text: string }) {
  return (
    <code className="commands">
      {text.split(/(\s+)/).map((part, index) => (/^\s/.test(part) ? part : <span key={index}>{part}</span>))}
    </code>
  )
}
