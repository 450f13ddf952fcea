import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * A Bot API server that accepts everything, so that what is measured is the bot. `onMessage` is told each text that it has taken,
 * sent or edited.
 */
export async function startChatServer(onMessage) {
  let messageId = 0;
  const answers = {
    getme: () => ({ id: 1, is_bot: true, first_name: 'Bench', username: 'bench_bot' }),
    getwebhookinfo: () => ({ url: '', has_custom_certificate: false, pending_update_count: 0 }),
    getchat: ({ chat_id: id }) => ({ id: Number(id), type: 'private', first_name: 'Bench' }),
    sendmessage: (payload) => message(payload, ++messageId),
    editmessagetext: (payload) => message(payload, Number(payload.message_id)),
  };
  const message = ({ chat_id: id, text }, number) => {
    onMessage(String(text));
    const chat = { id: Number(id), type: 'private', first_name: 'Bench' };
    return { message_id: number, date: Math.floor(Date.now() / 1000), chat, text };
  };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const method = (request.url ?? '').split('/').at(-1).toLowerCase();
    const answer = (result) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: true, result }));
    };
    // A long poll with nothing new.
    if (method === 'getupdates') setTimeout(() => answer([]), 1_000);
    else
      answer((answers[method] ?? (() => true))(chunks.length > 0 ? JSON.parse(Buffer.concat(chunks)) : {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    apiRoot: `http://127.0.0.1:${server.address().port}`,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
