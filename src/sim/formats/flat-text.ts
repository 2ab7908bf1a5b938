/**
 * The same text in one piece. Text put together by `+` or a template rests in memory as a tree of its pieces, several times its length, until
 * somebody looks into it: what is kept by the thousand is looked into at once.
 */
export const flat = (text: string): string => (Number.isNaN(text.charCodeAt(0)) ? '' : text)
