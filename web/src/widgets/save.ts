// Things that leave the page: files for the user's disk, texts for the clipboard.

export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName(name);
  link.click();
  // The browser has taken hold of the bytes once the click has been handled.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}

/** A name that every file system takes. */
export function fileName(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what has to go
  const safe = name.replace(/[\u0000-\u001f\\/:*?"<>|]+/g, '_').replace(/^\.+/, '_');
  return safe.slice(0, 150) || 'stepscope';
}

/** Whether the text is on the clipboard. Without TLS only the old way is open. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'unseen';
    document.body.append(area);
    area.select();
    // The only way in pages that are not served as secure.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const isCopied = document.execCommand('copy');
    area.remove();
    return isCopied;
  }
}

/** The text of a piece of HTML; nothing of it is run or fetched. */
export function textOfHtml(html: string): string {
  return new DOMParser().parseFromString(html, 'text/html').body.textContent.trim();
}
