// The certified provider oidc-provider, with everybody's password accepted. Says where it listens and stays until it is ended.
import { createServer } from 'node:http';
import { library } from './lib.mjs';

const { default: Provider } = await library('oidc-provider');

const server = createServer((request, response) => callback(request, response));
let callback;
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'us', client_secret: 'independent-secret', redirect_uris: ['https://login.test/callback/independent'],
      token_endpoint_auth_method: 'client_secret_post', grant_types: ['authorization_code'], response_types: ['code'],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['one key for a test'] },
    findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, email: id, email_verified: true, name: 'Kim' }) }),
  });
  callback = provider.callback();
  console.log(issuer);
});
