// The certified client openid-client against both sign-ins of the twin, with a cookie jar in place of a browser.
import { check, control, finish, library, refused, step, twin } from './lib.mjs';

const oidc = await library('openid-client');
const google = { id: '412345678901-signin.apps.googleusercontent.example', secret: 'simulated-google-secret', redirect: 'http://localhost:8080/callback/google' };
const microsoft = { id: '6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03', secret: 'simulated-microsoft-secret', redirect: 'http://localhost:8080/callback/microsoft' };

/** A browser without scripts: it keeps cookies by host, follows redirects and fills in forms. */
class Browser {
  jar = new Map();
  async open(url, init = {}) {
    for (let hops = 0; hops < 20; hops += 1) {
      const host = new URL(url).host;
      const cookie = [...(this.jar.get(host) ?? new Map())].map(([name, value]) => `${name}=${value}`).join('; ');
      const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [name, ...value] = line.split(';')[0].split('=');
        if (!this.jar.has(host)) this.jar.set(host, new Map());
        this.jar.get(host).set(name, value.join('='));
      }
      if (![302, 303].includes(response.status)) return { url, status: response.status, page: await response.text() };
      url = new URL(response.headers.get('location'), url).href;
      init = {};
      if (url.startsWith('http://localhost:8080/')) return { url, callback: new URL(url) };
    }
    throw new Error('too many redirects');
  }
  /** Presses the button of the page's form that a chooser picks; `fill` gives the values of its fields. */
  async press(at, pick, fill = {}) {
    const forms = [...at.page.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head, body]) => ({ head, body }));
    const form = forms.find(({ head, body }) => pick(head + body));
    check(form, `no such form on ${at.url} (${at.status}):\n${at.page}`);
    const attribute = (tag, name) => unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '');
    const values = new URLSearchParams();
    for (const [tag] of form.body.matchAll(/<input[^>]*>/g)) {
      const name = attribute(tag, 'name');
      if (!name || /type="(submit|button)"/.test(tag)) continue;
      if (/type="checkbox"/.test(tag) && !(fill.untick ?? []).includes(attribute(tag, 'value'))) values.append(name, attribute(tag, 'value') || 'on');
      else if (!/type="checkbox"/.test(tag)) values.append(name, fill[name] ?? attribute(tag, 'value'));
    }
    const button = [...form.body.matchAll(/<button[^>]*>/g)].map(([tag]) => tag).find((tag) => pick(tag)) ?? /<button[^>]*>/.exec(form.body)?.[0];
    if (button && attribute(button, 'name')) values.append(attribute(button, 'name'), attribute(button, 'value'));
    const action = new URL(attribute(`<form${form.head}>`, 'action') || at.url, at.url);
    if (/method="post"/i.test(form.head)) return this.open(action.href, { method: 'POST', body: values, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    action.search = values.toString();
    return this.open(action.href);
  }
}
function unescape(text) {
  return text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
const contains = (text) => (markup) => markup.includes(text);

async function configured(issuer, client) {
  return oidc.discovery(new URL(issuer), client.id, client.secret, oidc.ClientSecretPost(client.secret));
}

/** One whole sign-in; `walk` leads the browser from the provider's first page to the callback. */
async function signIn(config, client, parameters, walk, browser = new Browser()) {
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: client.redirect, code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', state, nonce, ...parameters,
  });
  const end = await walk(browser, await browser.open(url.href));
  check(end.callback, `the walk ended at ${end.url} (${end.status}):\n${end.page}`);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  return { browser, callback: end.callback, checks, tokens: () => oidc.authorizationCodeGrant(config, end.callback, checks) };
}

/** Chooses an account by its address, typed or picked, and says yes to whatever is asked. */
const as = (address, fill = {}) => async (browser, at) => {
  let here = at;
  for (let pages = 0; pages < 8 && !here.callback; pages += 1) {
    if (here.page.includes(`value="${address}"`)) here = await browser.press(here, contains(`value="${address}"`), fill);
    else if (/type="(email|text)"/.test(here.page)) here = await browser.press(here, (markup) => /type="(email|text)"/.test(markup), { email: address, login: address, username: address, ...fill });
    else here = await browser.press(here, (markup) => /accept|allow|continue|approve|yes|consent/i.test(markup), fill);
  }
  return here;
};

const g = await step('Google is discovered', () => configured(twin.surfaces.googleAccounts, google));
let first;
await step('a first sign-in at Google', async () => {
  first = await signIn(g, google, { scope: 'openid email profile' }, as('ingrid@solsiden.example'));
  check(first.callback.searchParams.get('code'), first.callback.href);
});
const tokens = await step('its code is exchanged and the id token holds', () => first.tokens());
await step('the claims say who and which domain', async () => {
  const claims = tokens.claims();
  check(claims.email === 'ingrid@solsiden.example' && claims.hd === 'solsiden.example' && claims.email_verified === true, JSON.stringify(claims));
});
await step('no refresh token without offline access', async () => check(!tokens.refresh_token, 'there is one'));
await step('user info agrees with the id token', async () => {
  const info = await oidc.fetchUserInfo(g, tokens.access_token, tokens.claims().sub);
  check(info.email === 'ingrid@solsiden.example', JSON.stringify(info));
});
await step('a code is good once', async () => {
  const error = await oidc.authorizationCodeGrant(g, first.callback, first.checks).then(() => undefined, (failure) => failure);
  check(error?.error === 'invalid_grant', String(error?.error));
});
const offline = { scope: 'openid email https://www.googleapis.com/auth/drive.file', access_type: 'offline' };
let granted;
await step('offline access gives a refresh token on the first consent', async () => {
  granted = await (await signIn(g, google, offline, as('ingrid@solsiden.example'), first.browser)).tokens();
  check(granted.refresh_token, JSON.stringify(granted));
});
await step('and none the second time', async () => {
  const again = await (await signIn(g, google, offline, as('ingrid@solsiden.example'), first.browser)).tokens();
  check(!again.refresh_token, 'there is one');
});
await step('and one again when consent is asked for', async () => {
  const again = await (await signIn(g, google, { ...offline, prompt: 'consent' }, as('ingrid@solsiden.example'), first.browser)).tokens();
  check(again.refresh_token, 'there is none');
});
await step('a refresh gives an access token and no refresh token', async () => {
  const fresh = await oidc.refreshTokenGrant(g, granted.refresh_token);
  check(fresh.access_token && !fresh.refresh_token, JSON.stringify(fresh));
});
await step('a session signs in without a question', async () => {
  const silent = await signIn(g, google, { scope: 'openid email profile', prompt: 'none' }, async (_, at) => at, first.browser);
  check((await silent.tokens()).claims().email === 'ingrid@solsiden.example', 'the same person');
});
await step('without a session it says so', async () => {
  const silent = await signIn(g, google, { scope: 'openid', prompt: 'none' }, async (_, at) => at);
  check(/login_required|interaction_required/.test(silent.callback.searchParams.get('error')), silent.callback.href);
});
await step('a redirect that is not registered is not followed', async () => {
  const end = await new Browser().open(oidc.buildAuthorizationUrl(g, { redirect_uri: 'https://elsewhere.example/', scope: 'openid' }).href);
  check(end.status >= 400 && /redirect_uri_mismatch/.test(end.page), `${end.status}`);
});
await step('keys are rotated and the next sign-in still holds', async () => {
  await control('POST', '/google', { kind: 'rotate-keys' });
  const fresh = await configured(twin.surfaces.googleAccounts, google);
  await (await signIn(fresh, google, { scope: 'openid email' }, as('jonas@solsiden.example'))).tokens();
});
await step('a wrong secret is refused', async () => {
  const wrong = await configured(twin.surfaces.googleAccounts, { ...google, secret: 'wrong' });
  const error = await oidc.refreshTokenGrant(wrong, granted.refresh_token).then(() => undefined, (failure) => failure);
  check(error?.error === 'invalid_client' || error?.status === 401 || error?.cause?.status === 401, String(error?.error ?? error));
});
await step('a revoked grant is dead', async () => {
  await oidc.tokenRevocation(g, granted.refresh_token);
  const error = await oidc.refreshTokenGrant(g, granted.refresh_token).then(() => undefined, (failure) => failure);
  check(error?.error === 'invalid_grant', String(error?.error));
});

const kaffehuset = '0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01';
const nordlys = '5d2c9a44-3b1e-4c8f-8a66-2e9b7d4c0b02';
const m = await step('Entra is discovered for a tenant', () => configured(`${twin.surfaces.microsoftLogin}/${nordlys}/v2.0`, microsoft));
const signInScopes = { scope: 'openid profile email offline_access User.Read' };
let liv;
const livs = await step('a first sign-in at Microsoft', async () => {
  liv = await signIn(m, microsoft, signInScopes, as('liv@nordlys.example'));
  return liv.tokens();
});
await step('the claims have tenant and object id, and no e-mail of a member', async () => {
  const claims = livs.claims();
  check(claims.tid === nordlys && claims.oid && claims.ver === '2.0' && !claims.email, JSON.stringify(claims));
});
await step('a refresh gives a new refresh token and the old one stays good', async () => {
  const one = await oidc.refreshTokenGrant(m, livs.refresh_token);
  check(one.refresh_token && one.refresh_token !== livs.refresh_token, 'a new one');
  await oidc.refreshTokenGrant(m, livs.refresh_token);
});
await step('user info at Graph', async () => {
  const info = await oidc.fetchUserInfo(m, livs.access_token, oidc.skipSubjectCheck);
  check(info.sub, JSON.stringify(info));
});
await step('a code is good once', async () => {
  const error = await oidc.authorizationCodeGrant(m, liv.callback, liv.checks).then(() => undefined, (failure) => failure);
  check(error?.error === 'invalid_grant' && /AADSTS54005/.test(error.error_description), String(error?.error_description));
});
await step('a session signs in without a question', async () => {
  const silent = await signIn(m, microsoft, { scope: 'openid profile', prompt: 'none' }, async (_, at) => at, liv.browser);
  check((await silent.tokens()).claims().oid === livs.claims().oid, 'the same person');
});
await step('without a session it says so', async () => {
  const silent = await signIn(m, microsoft, { scope: 'openid', prompt: 'none' }, async (_, at) => at);
  check(/login_required|interaction_required/.test(silent.callback.searchParams.get('error')), silent.callback.href);
});
await step('an administrator consents for everyone', async () => {
  const url = `${twin.surfaces.microsoftLogin}/${kaffehuset}/v2.0/adminconsent?${new URLSearchParams({ client_id: microsoft.id, redirect_uri: microsoft.redirect, state: 's1', scope: 'https://graph.microsoft.com/Files.ReadWrite.All https://graph.microsoft.com/User.Read openid profile offline_access' })}`;
  const browser = new Browser();
  const end = await as('solveig@kaffehuset.example')(browser, await browser.open(url));
  check(end.callback?.searchParams.get('admin_consent') === 'True' && end.callback.searchParams.get('tenant') === kaffehuset, end.callback?.href ?? end.page);
});
const k = await step('the other tenant is discovered', () => configured(`${twin.surfaces.microsoftLogin}/${kaffehuset}/v2.0`, microsoft));
await step('its user signs in with what was consented', async () => {
  const made = await (await signIn(k, microsoft, { scope: 'openid profile offline_access Files.ReadWrite.All' }, as('erik@kaffehuset.example'))).tokens();
  check(/Files.ReadWrite.All/.test(made.scope), made.scope);
});
await step('a second factor is asked for where it is needed', async () => {
  let pages = 0;
  const counted = async (browser, at) => as('nora@kaffehuset.example')({ press: (...all) => { pages += 1; return browser.press(...all); } }, at);
  await (await signIn(k, microsoft, { scope: 'openid profile' }, counted)).tokens();
  check(pages >= 2, `${pages} pages`);
});
await step('keys are rotated and the next sign-in still holds', async () => {
  await control('POST', '/microsoft', { kind: 'rotate-keys' });
  const fresh = await configured(`${twin.surfaces.microsoftLogin}/${nordlys}/v2.0`, microsoft);
  await (await signIn(fresh, microsoft, { scope: 'openid profile' }, as('harald@nordlys.example'))).tokens();
});
await step('a wrong secret is refused with the provider\'s number', async () => {
  const wrong = await configured(`${twin.surfaces.microsoftLogin}/${nordlys}/v2.0`, { ...microsoft, secret: 'wrong' });
  const error = await oidc.refreshTokenGrant(wrong, livs.refresh_token).then(() => undefined, (failure) => failure);
  check(error?.error === 'invalid_client' && /AADSTS7000215/.test(error.error_description), String(error?.error_description));
});
await step('revoked sessions kill the refresh token', async () => {
  await control('POST', '/microsoft', { kind: 'revoke-sessions', tenant: nordlys, user: 'liv@nordlys.example' });
  const error = await oidc.refreshTokenGrant(m, livs.refresh_token).then(() => undefined, (failure) => failure);
  check(error?.error === 'invalid_grant' && /AADSTS50173/.test(error.error_description), String(error?.error_description));
});
await step('a disabled user cannot sign in', async () => {
  const end = await signIn(k, microsoft, { scope: 'openid' }, as('gone@kaffehuset.example')).then(() => undefined, (failure) => failure);
  check(/AADSTS50057/.test(String(end?.message)), String(end?.message).slice(0, 200));
});
finish(30);
