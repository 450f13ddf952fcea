import { findWritable } from './channel-rules.ts';
import { isObject, list } from './content.ts';
import { parseJson, refuse } from './message-rules.ts';
import { parseThread } from './methods-chat.ts';
import type { Method } from './web-api.ts';
import { type Json, postMessage, type Workspace } from './workspace.ts';

/**
 * The three steps of https://docs.slack.dev/messaging/working-with-files: ask for an address, upload,
 * complete.
 */
export const FILE_METHODS: Readonly<Record<string, Method>> = {
  'files.getUploadURLExternal': { token: 'bot', scopes: ['files:write'], run: getUploadUrl },
  'files.completeUploadExternal': { token: 'bot', scopes: ['files:write'], run: complete },
};

function getUploadUrl(workspace: Workspace, payload: Json): Json {
  const { filename, length } = payload;
  if (typeof filename !== 'string' || filename === '')
    return refuse('invalid_arguments', ['missing: filename']);
  if (!(Number(length) > 0)) return refuse('invalid_arguments', ['missing: length']);
  const id = `F0FILE${workspace.files.size + 1}`;
  workspace.files.set(id, { id, name: filename, content: Buffer.alloc(0) });
  return { ok: true, upload_url: `${workspace.origin}/upload/v1/${id}`, file_id: id };
}

/** The second step; true when the address was ours. */
export function acceptUpload(workspace: Workspace, id: string, body: Buffer, contentType: string): boolean {
  const file = workspace.files.get(id);
  if (file === undefined) return false;
  file.content = contentType.startsWith('multipart/form-data') ? firstPart(body, contentType) : body;
  return true;
}

function complete(workspace: Workspace, payload: Json): Json {
  const given = typeof payload['files'] === 'string' ? parseJson(payload['files']) : payload['files'];
  const files = list(given).map((f) => workspace.files.get(String(isObject(f) ? f['id'] : '')));
  if (files.length === 0) return refuse('invalid_arguments', ['missing required field: files']);
  const found = files.filter((f) => f !== undefined);
  if (found.length < files.length) return refuse('file_not_found');
  if (payload['channel_id'] !== undefined) {
    const channel = findWritable(workspace, payload['channel_id'], 'ids only');
    if (!channel.ok) return channel;
    const thread = parseThread(workspace, channel.value.id, payload['thread_ts']);
    if (!thread.ok) return thread;
    for (const file of found) {
      file.channel = channel.value.id;
      file.threadTs = thread.value;
    }
    const text = String(payload['initial_comment'] ?? '');
    const where = { channel: channel.value.id, threadTs: thread.value };
    postMessage(workspace, { ...where, text, blocks: [], via: 'file' });
  }
  return { ok: true, files: found.map(({ id, name }) => ({ id, title: name })) };
}

function firstPart(body: Buffer, contentType: string): Buffer {
  const boundary = `--${/boundary="?([^";]+)/.exec(contentType)?.[1] ?? ''}`;
  const head = body.indexOf('\r\n\r\n');
  const end = body.indexOf(`\r\n${boundary}`, head);
  return head < 0 || end < 0 ? body : body.subarray(head + 4, end);
}
