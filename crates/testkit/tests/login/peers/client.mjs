// The certified client openid-client as an installation of the login page.
import { check, finish, library, refused, step } from './lib.mjs';

const oidc = await library('openid-client');
const login = JSON.parse(process.env.LOGIN);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const key = await crypto.subtle.importKey('pkcs8', Buffer.from(login.key, 'base64url'), algorithm, false, ['sign']);
const insecure = { execute: [oidc.allowInsecureRequests] };

/** Goes to an address as somebody and tells where they arrived. */
async function browse(url, person = '') {
  const response = await fetch(process.env.BROWSER, { method: 'POST', body: `${url} ${person}` });
  check(response.ok, `the browser: ${response.status}`);
  return new URL(await response.text());
}

async function configured(withKey = key) {
  const authentication = oidc.PrivateKeyJwt({ key: withKey, kid: login.kid });
  return oidc.discovery(new URL(login.issuer), login.client, {}, authentication, insecure);
}

const config = await step('the login page is discovered', () => configured());
await step('it says what it is', async () => {
  const server = config.serverMetadata();
  check(server.supportsPKCE() && server.authorization_response_iss_parameter_supported, JSON.stringify(server));
  check(server.pushed_authorization_request_endpoint && server.backchannel_logout_supported, JSON.stringify(server));
});

/** Pushes a request and lets somebody walk through it. */
async function walk(person, more = {}) {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), idTokenExpected: true };
  const url = await oidc.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: login.redirect, scope: 'openid', state: checks.expectedState, nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier), code_challenge_method: 'S256', ...more,
  });
  check([...url.searchParams.keys()].sort().join() === 'client_id,request_uri', `the browser carries a reference only: ${url}`);
  return { checks, back: await browse(url.href, person) };
}

const first = await step('somebody walks through a pushed request', () => walk('ingrid@solsiden.example'));
const tokens = await step('the code is redeemed; state, iss, nonce and the signature hold', () => oidc.authorizationCodeGrant(config, first.back, first.checks));
await step('the statement says who it is', async () => {
  const claims = tokens.claims();
  check(claims.provider === 'google' && claims.email === 'ingrid@solsiden.example' && claims.vouched === true, JSON.stringify(claims));
  check(claims.aud === login.client && claims.sid && claims.auth_time, JSON.stringify(claims));
  check(!tokens.refresh_token, 'and nothing else is given');
});
await step('a code is good once', () => refused('invalid_grant', () => oidc.authorizationCodeGrant(config, first.back, first.checks)));
await step('a wrong verifier is refused', async () => {
  const { back, checks } = await walk('jonas@solsiden.example');
  await refused('invalid_grant', () => oidc.authorizationCodeGrant(config, back, { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }));
});
await step('the nonce is what was sent', async () => {
  const { back, checks } = await walk('maja@solsiden.example');
  const error = await oidc.authorizationCodeGrant(config, back, { ...checks, expectedNonce: 'another' }).then(() => undefined, (failure) => failure);
  check(error, 'the client notices another nonce');
});
await step('nobody is signed in, so a silent request says so', async () => {
  const { back, checks } = await walk('', { prompt: 'none' });
  await refused('login_required', () => oidc.authorizationCodeGrant(config, back, checks));
});
await step('an address that is not registered is refused when it is pushed', () =>
  refused('invalid_request', () => walk('', { redirect_uri: 'https://elsewhere.test/return' })));
await step('a plain challenge is refused', () => refused('invalid_request', () => walk('', { code_challenge_method: 'plain' })));
await step('another response type is refused', () => refused('unsupported_response_type', () => walk('', { response_type: 'code id_token' })));
await step('a request without openid is refused', () => refused('invalid_scope', () => walk('', { scope: 'profile' })));
await step('another key is refused', async () => {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const wrong = await configured(privateKey);
  await refused('invalid_client', () => oidc.clientCredentialsGrant(wrong));
});
await step('the installation has a token for its own administration', async () => {
  const own = await oidc.clientCredentialsGrant(config);
  const answer = await oidc.fetchProtectedResource(config, own.access_token, new URL(`${login.issuer}/manage/installation`), 'GET');
  const told = await answer.json();
  check(told.key === login.client && told.domains[0].domain === 'solsiden.example', JSON.stringify(told));
});
await step('a token of a connection that is not there is refused', () =>
  refused('invalid_target', () => oidc.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
    subject_token: '0198c0de-0000-7000-8000-000000000000', subject_token_type: 'urn:chancery:params:oauth:token-type:connection', scope: 'documents',
  })));
await step('a grant that is not offered is refused', () => refused('unsupported_grant_type', () => oidc.refreshTokenGrant(config, 'nothing')));
finish(16);
