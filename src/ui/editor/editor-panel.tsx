export default function EditorPanel() {
  return null
}
