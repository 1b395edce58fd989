// Microsoft's own Graph library against the twin, unmodified but for the base address and the trusted authority.
import { check, control, finish, library, refused, step, token, twin } from './lib.mjs';

const graphModule = await library('@microsoft/microsoft-graph-client');
const { Client, FileUpload, OneDriveLargeFileUploadTask, PageIterator } = graphModule.default ?? graphModule;
const app = '6a5f0d3c-92c5-4f6e-b0c7-1d8e3f5a7c03';
const tenant = 'kaffehuset.example';
const scopes = ['User.Read', 'User.ReadBasic.All', 'Group.Read.All', 'GroupMember.Read.All', 'Directory.Read.All', 'Files.ReadWrite.All', 'Sites.ReadWrite.All', 'Sites.Manage.All'];

async function clientOf(user) {
  const accessToken = await token({ provider: 'microsoft', tenant, user, app, scopes });
  return Client.init({
    baseUrl: `${twin.surfaces.graph}/`, defaultVersion: 'v1.0', customHosts: new Set([new URL(twin.surfaces.graph).hostname]),
    authProvider: (done) => done(null, accessToken), fetchOptions: {},
  });
}
const graph = await clientOf('solveig@kaffehuset.example');
const erik = await clientOf('erik@kaffehuset.example');
const text = async (response) => Buffer.from(await new Response(response).arrayBuffer()).toString();

await step('me', async () => {
  const me = await graph.api('/me').get();
  check(me.userPrincipalName === 'solveig@kaffehuset.example', JSON.stringify(me));
});
await step('users are listed with chosen properties', async () => {
  const users = await graph.api('/users').select('id,displayName').top(2).get();
  check(users.value.length === 2 && users['@odata.nextLink'] && !users.value[0].mail, JSON.stringify(users));
});
await step('all users by following the pages', async () => {
  const first = await graph.api('/users').top(2).get();
  let count = 0;
  await new PageIterator(graph, first, () => { count += 1; return true; }).iterate();
  check(count >= 5, `${count} users`);
});
const group = await step('a group is found by its name', async () => {
  const groups = await graph.api('/groups').filter("displayName eq 'Sales'").get();
  check(groups.value.length === 1, JSON.stringify(groups));
  return groups.value[0];
});
await step('its members', async () => {
  const members = await graph.api(`/groups/${group.id}/members`).get();
  check(members.value.some((member) => member.displayName === 'Erik Holm'), JSON.stringify(members));
});
const root = await step('the root site', () => graph.api('/sites/root').get());
const site = await step('a site by its path', () => graph.api(`/sites/${root.siteCollection.hostname}:/sites/sales`).get());
await step('sites are searched', async () => {
  const found = await graph.api('/sites').query({ search: 'Sales' }).get();
  check(found.value.some((one) => one.id === site.id), JSON.stringify(found));
});
const drive = await step('its library', async () => {
  const drives = await graph.api(`/sites/${site.id}/drives`).get();
  const main = await graph.api(`/sites/${site.id}/drive`).get();
  check(drives.value.some((one) => one.id === main.id) && main.driveType === 'documentLibrary', JSON.stringify(drives));
  return main;
});
const base = `/drives/${drive.id}`;
const folder = await step('a folder is created', () =>
  graph.api(`${base}/root/children`).post({ name: 'Letters 2026', folder: {}, '@microsoft.graph.conflictBehavior': 'fail' }));
await step('the same folder again is refused, also in other letters', () =>
  refused(() => graph.api(`${base}/root/children`).post({ name: 'LETTERS 2026', folder: {}, '@microsoft.graph.conflictBehavior': 'fail' }), 409));
const file = await step('a small file is uploaded by its path', async () => {
  const item = await graph.api(`${base}/items/${folder.id}:/Offer #1 50%25.txt:/content`.replace('#', '%23').replaceAll(' ', '%20')).put('first');
  check(item.size === 5 && item.name === 'Offer #1 50%.txt', JSON.stringify(item));
  return item;
});
await step('the same path again replaces it', async () => {
  const item = await graph.api(`${base}/items/${folder.id}:/${encodeURIComponent(file.name)}:/content`).put('second');
  check(item.id === file.id && item.cTag !== file.cTag, JSON.stringify(item));
});
await step('it has versions', async () => {
  const versions = await graph.api(`${base}/items/${file.id}/versions`).get();
  check(versions.value.length === 2, JSON.stringify(versions));
});
await step('an old version is restored', async () => {
  await graph.api(`${base}/items/${file.id}/versions/1.0/restoreVersion`).post({});
  check(await text(await graph.api(`${base}/items/${file.id}/content`).getStream()) === 'first', 'the first content is back');
});
await step('a download goes to another host without the token', async () => {
  const reached = await control('GET', '/log/authorization?surface=sharepoint');
  check(reached.reached === false, 'no token reached the download host');
});
await step('children of the folder', async () => {
  const children = await graph.api(`${base}/items/${folder.id}/children`).get();
  check(children.value.length === 1, JSON.stringify(children));
});
await step('a file is renamed', async () => {
  const item = await graph.api(`${base}/items/${file.id}`).patch({ name: 'Offer 2.txt' });
  check(item.name === 'Offer 2.txt' && item.id === file.id, JSON.stringify(item));
});
await step('a forbidden name is refused', () => refused(() => graph.api(`${base}/items/${file.id}`).patch({ name: 'a|b.txt' }), 400));
await step('a stale tag is refused', () =>
  refused(() => graph.api(`${base}/items/${file.id}`).header('If-Match', `"${file.eTag.replaceAll('"', '')}"`).patch({ name: 'Never.txt' }), 412));
const archive = await step('a second folder', () => graph.api(`${base}/root/children`).post({ name: 'Archive', folder: {} }));
await step('a file is moved and keeps its id', async () => {
  const item = await graph.api(`${base}/items/${file.id}`).patch({ parentReference: { id: archive.id } });
  check(item.id === file.id && item.parentReference.id === archive.id, JSON.stringify(item));
});
await step('a file is found by path after the move', async () => {
  const item = await graph.api(`${base}/root:/Archive/offer%202.TXT`).get();
  check(item.id === file.id, JSON.stringify(item));
});
await step('a copy is made in the background', async () => {
  const response = await graph.api(`${base}/items/${file.id}/copy`).responseType('raw').post({ name: 'Copy.txt', parentReference: { driveId: drive.id, id: folder.id } });
  check(response.status === 202, String(response.status));
  const monitor = response.headers.get('location');
  for (let tries = 0; tries < 100; tries += 1) {
    const state = await (await fetch(monitor, { redirect: 'manual' })).json().catch(() => ({}));
    if (state.status === 'completed') return check(state.resourceId, JSON.stringify(state));
    await control('POST', '/clock', { advanceSeconds: 1 });
  }
  throw new Error('the copy did not finish');
});
await step('a large file goes up in pieces', async () => {
  const content = Buffer.alloc(1_500_000, 'x');
  const task = await OneDriveLargeFileUploadTask.createTaskWithFileObject(
    graph, new FileUpload(content, 'Large.bin', content.length),
    { path: '/Archive', fileName: 'Large.bin', rangeSize: 327_680, uploadSessionURL: `${base}/root:/Archive/Large.bin:/createUploadSession` });
  const { responseBody } = await task.upload();
  check(responseBody.size === content.length, JSON.stringify(responseBody));
});
await step('check-out hides the change and check-in shows it', async () => {
  await graph.api(`${base}/items/${file.id}/checkout`).post({});
  const item = await graph.api(`${base}/items/${file.id}`).select('id,publication').get();
  check(item.publication.level === 'checkout', JSON.stringify(item));
});
await step('somebody else meets a lock', () => refused(() => erik.api(`${base}/items/${file.id}/content`).put('mine'), 423));
await step('check-in with a comment', async () => {
  await graph.api(`${base}/items/${file.id}/content`).put('third');
  await graph.api(`${base}/items/${file.id}/checkin`).post({ comment: 'ready' });
});
await step('what is not checked out cannot be discarded', () => refused(() => graph.api(`${base}/items/${file.id}/discardCheckout`).post({}), 400));
const list = await step('the list behind the library', () => graph.api(`/sites/${site.id}/lists/${drive.name}`).get());
await step('a column is added', async () => {
  const column = await graph.api(`/sites/${site.id}/lists/${list.id}/columns`).post({ name: 'ChanceryId', text: {}, indexed: true });
  check(column.name === 'ChanceryId', JSON.stringify(column));
});
await step('a field is set and read', async () => {
  const listItem = await graph.api(`${base}/items/${file.id}/listItem`).expand('fields').get();
  await graph.api(`/sites/${site.id}/lists/${list.id}/items/${listItem.id}/fields`).patch({ ChanceryId: '42' });
  const again = await graph.api(`/sites/${site.id}/lists/${list.id}/items/${listItem.id}`).expand('fields').get();
  check(again.fields.ChanceryId === '42', JSON.stringify(again));
});
await step('an item is found by its field', async () => {
  const found = await graph.api(`/sites/${site.id}/lists/${list.id}/items`).expand('fields').filter("fields/ChanceryId eq '42'").get();
  check(found.value.length === 1, JSON.stringify(found));
});
await step('a field that is no column is refused', async () => {
  const listItem = await graph.api(`${base}/items/${file.id}/listItem`).get();
  await refused(() => graph.api(`/sites/${site.id}/lists/${list.id}/items/${listItem.id}/fields`).patch({ Colour: 'red' }), 400);
});
const delta = await step('a cursor for changes', async () => {
  const page = await graph.api(`${base}/root/delta`).query({ token: 'latest' }).get();
  return page['@odata.deltaLink'];
});
await step('changes since the cursor', async () => {
  await graph.api(`${base}/items/${file.id}`).patch({ name: 'Offer 3.txt' });
  const page = await graph.api(delta).get();
  check(page.value.some((item) => item.id === file.id) && page['@odata.deltaLink'], JSON.stringify(page));
});
await step('permissions of a folder', async () => {
  const invited = await graph.api(`${base}/items/${archive.id}/invite`).post({ recipients: [{ email: 'nora@kaffehuset.example' }], roles: ['read'], requireSignIn: true, sendInvitation: false });
  check(invited.value.length === 1, JSON.stringify(invited));
  const permissions = await graph.api(`${base}/items/${archive.id}/permissions`).get();
  check(permissions.value.some((one) => one.id === invited.value[0].id), JSON.stringify(permissions));
});
await step('a link for the organisation, twice the same', async () => {
  const one = await graph.api(`${base}/items/${file.id}/createLink`).post({ type: 'view', scope: 'organization' });
  const two = await graph.api(`${base}/items/${file.id}/createLink`).post({ type: 'view', scope: 'organization' });
  check(one.id === two.id && one.link.webUrl, JSON.stringify(one));
});
await step('several requests in one', async () => {
  const batch = await graph.api('/$batch').post({ requests: [
    { id: '1', method: 'GET', url: '/me' },
    { id: '2', method: 'GET', url: `${base}/items/nothing`, dependsOn: ['1'] },
    { id: '3', method: 'GET', url: '/me', dependsOn: ['2'] },
  ] });
  const status = Object.fromEntries(batch.responses.map((part) => [part.id, part.status]));
  check(status[1] === 200 && status[2] >= 400 && status[3] === 424, JSON.stringify(status));
});
await step('a subscription whose address does not answer is refused', () =>
  refused(() => graph.api('/subscriptions').post({ changeType: 'updated', notificationUrl: 'https://127.0.0.1:9/hook', resource: `${base}/root`, expirationDateTime: new Date(Date.now() + 3_600_000).toISOString(), clientState: 'secret' }), 400));
await step('a throttled call is repeated by the library itself', async () => {
  await control('POST', '/faults', { where: { surface: 'graph', path: '/v1.0/me' }, times: 1, effect: { kind: 'throttle', status: 429, retryAfter: { seconds: 1 } } });
  const me = await graph.api('/me').get();
  check(me.id, JSON.stringify(me));
});
await step('a deleted file is gone', async () => {
  await graph.api(`${base}/items/${file.id}`).delete();
  await refused(() => graph.api(`${base}/items/${file.id}`).get(), 404);
});
await step('a wrong token is refused', async () => {
  const stranger = Client.init({ baseUrl: `${twin.surfaces.graph}/`, customHosts: new Set([new URL(twin.surfaces.graph).hostname]), authProvider: (done) => done(null, 'nonsense') });
  const error = await refused(() => stranger.api('/me').get(), 401);
  check(error.code === 'InvalidAuthenticationToken', error.code);
});
finish(40);
