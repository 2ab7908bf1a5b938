import { useState, type FormEvent } from 'react'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'
import { call } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import { HOME, shortPath, useEditor } from '../state/editor'
import { templates } from './templates'

/** The workstation's home folder. What the shell makes appears here; what is made here the shell sees. */
export function FileTree() {
  const t = useTranslate()
  const files = useCluster((cluster) => cluster.files)
  const path = useEditor((editor) => editor.path)
  const [naming, setNaming] = useState(false)
  const [name, setName] = useState('')
  const [start, setStart] = useState('')
  const open = (path: string | undefined) => useEditor.setState({ path })
  const create = async (event: FormEvent) => {
    event.preventDefault()
    const clean = name.trim().replace(/^\/+/, '')
    if (!clean) return
    const made = `${HOME}/${clean}`
    const text = templates.find((template) => template.name === start)?.text ?? ''
    if (!files.some((file) => file.path === made)) await call('writeFile', { path: made, text })
    open(made)
    setNaming(false)
    setName('')
    setStart('')
  }
  return (
    <nav className="files" aria-label={t('editor.files')}>
      <div className="files-head">
        <h3>{t('editor.files')}</h3>
        <button
          className="button icon bare"
          aria-label={t('editor.new')}
          title={t('editor.new')}
          aria-expanded={naming}
          onClick={() => setNaming(!naming)}
        >
          <Icon name="plus" />
        </button>
      </div>
      {naming && (
        <form
          className="files-new"
          onSubmit={(event) => void create(event)}
          onKeyDown={(event) => event.key === 'Escape' && setNaming(false)}
        >
          <input
            className="field"
            autoFocus
            aria-label={t('editor.newName')}
            placeholder="web.yaml"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <select
            className="field"
            aria-label={t('editor.template')}
            value={start}
            onChange={({ target: { value } }) => {
              const before = templates.find((template) => template.name === start)?.file ?? ''
              setStart(value)
              // A name that somebody has typed stays.
              if (name.trim() === before) setName(templates.find((template) => template.name === value)?.file ?? '')
            }}
          >
            <option value="">{t('editor.template.empty')}</option>
            {templates.map((template) => (
              <option key={template.name}>{template.name}</option>
            ))}
          </select>
          <button className="button">{t('editor.create')}</button>
        </form>
      )}
      <ul role="list">
        {files.map((file) => {
          const depth = shortPath(file.path).split('/').length - 1
          const label = file.path.slice(file.path.lastIndexOf('/') + 1)
          return (
            <li key={file.path} style={{ paddingLeft: `${depth * 0.75}rem` }}>
              {file.type === 'directory' ? (
                <span className="file">
                  <Icon name="folder" />
                  {label}
                </span>
              ) : (
                <>
                  <button className="file" aria-current={file.path === path ? 'true' : undefined} onClick={() => open(file.path)}>
                    <Icon name="file" />
                    <span>{label}</span>
                  </button>
                  <button
                    className="button icon bare file-delete"
                    aria-label={t('editor.delete', { path: shortPath(file.path) })}
                    title={t('editor.delete', { path: shortPath(file.path) })}
                    onClick={() => {
                      if (file.path === path) open(undefined)
                      void call('removeFile', { path: file.path })
                    }}
                  >
                    <Icon name="trash" />
                  </button>
                </>
              )}
            </li>
          )
        })}
      </ul>
    </nav>
  )
}
