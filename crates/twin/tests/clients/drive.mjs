// Google's own Drive library against the twin, unmodified but for the base address and the trusted authority.
import { Readable } from 'node:stream';
import { check, control, finish, library, refused, step, token, twin } from './lib.mjs';

const { drive: makeDrive, auth: authModule } = await library('@googleapis/drive');
const rootUrl = `${twin.surfaces.googleApis}/`;
const client = '412345678901-drive.apps.googleusercontent.example';
const full = 'https://www.googleapis.com/auth/drive';
const own = 'https://www.googleapis.com/auth/drive.file';

async function driveOf(user, scopes) {
  const oauth = new authModule.OAuth2();
  oauth.setCredentials({ access_token: await token({ provider: 'google', user, client, scopes }) });
  const api = makeDrive({ version: 'v3', auth: oauth, rootUrl, retry: false });
  // For uploads the library takes the base address from the call, not from the client.
  for (const name of ['create', 'update']) {
    const call = api.files[name].bind(api.files);
    api.files[name] = (params, options = {}) => call(params, params.media ? { rootUrl, ...options } : options);
  }
  return api;
}
const bytes = async (response) => Buffer.from(await new Response(response.data).arrayBuffer());
const media = (text, mimeType = 'text/plain') => ({ mimeType, body: Readable.from([Buffer.from(text)]) });

const drive = await driveOf('documents@solsiden.example', [full]);
const jonas = await driveOf('jonas@solsiden.example', [full]);
const narrow = await driveOf('jonas@solsiden.example', [own]);

await step('about needs fields', () => refused(() => drive.about.get({}), 400));
await step('about shows the user and the storage', async () => {
  const { data } = await drive.about.get({ fields: 'user,storageQuota' });
  check(data.user.emailAddress === 'documents@solsiden.example', JSON.stringify(data));
  check(typeof data.storageQuota.usage === 'string', 'numbers of 64 bits are strings');
});
const folder = await step('a folder is created', async () => {
  const requestBody = { name: 'Letters', mimeType: 'application/vnd.google-apps.folder' };
  return (await drive.files.create({ requestBody, fields: 'id,parents,mimeType' })).data;
});
const ids = await step('ids are generated', async () => {
  const { data } = await drive.files.generateIds({ count: 3 });
  check(data.ids.length === 3 && data.space === 'drive', JSON.stringify(data));
  return data.ids;
});
const file = await step('a small file is uploaded with an id made before', async () => {
  const requestBody = { id: ids[0], name: 'Offer.txt', parents: [folder.id], appProperties: { operation: '1' } };
  const { data } = await drive.files.create({ requestBody, media: media('first'), fields: '*' });
  check(data.id === ids[0] && data.size === '5' && data.parents[0] === folder.id, JSON.stringify(data));
  check(data.md5Checksum === '8b04d5e3775d298e78455efc5ca404d5', 'the checksum is of the content');
  return data;
});
await step('the same id again is refused', async () => {
  const error = await refused(() => drive.files.create({ requestBody: { id: ids[0], name: 'Twice' } }), 409);
  check(error.errors?.[0]?.reason === 'fileIdInUse' || /fileIdInUse/.test(JSON.stringify(error.response?.data)), error.message);
});
await step('an id that was never generated is refused', () =>
  refused(() => drive.files.create({ requestBody: { id: 'home-made', name: 'No' } }), 400));
await step('a second file of the same name is another file', async () => {
  const { data } = await drive.files.create({ requestBody: { name: 'Offer.txt', parents: [folder.id] }, media: media('twin') });
  check(data.id !== file.id, 'names are not unique');
});
await step('the folder lists both', async () => {
  const { data } = await drive.files.list({ q: `'${folder.id}' in parents and trashed=false`, fields: 'files(id,name),incompleteSearch' });
  check(data.files.length === 2, JSON.stringify(data));
});
await step('a list is paged', async () => {
  const first = (await drive.files.list({ q: `'${folder.id}' in parents`, pageSize: 1 })).data;
  const second = (await drive.files.list({ q: `'${folder.id}' in parents`, pageSize: 1, pageToken: first.nextPageToken })).data;
  check(first.files[0].id !== second.files[0].id, 'pages do not overlap');
});
await step('a name with an apostrophe is found when it is escaped', async () => {
  await drive.files.create({ requestBody: { name: "O'Brien.txt", parents: [folder.id] } });
  const { data } = await drive.files.list({ q: "name = 'O\\'Brien.txt'" });
  check(data.files.length === 1, JSON.stringify(data));
});
await step('a query that is none is refused', () => refused(() => drive.files.list({ q: 'name ~ 1' }), 400));
await step('a mark is found by its value', async () => {
  const { data } = await drive.files.list({ q: "appProperties has {key='operation' and value='1'}" });
  check(data.files.some((found) => found.id === file.id), JSON.stringify(data));
});
await step('the content is downloaded', async () => {
  const response = await drive.files.get({ fileId: file.id, alt: 'media' }, { responseType: 'arraybuffer' });
  check(Buffer.from(response.data).toString() === 'first', 'the bytes are the same');
});
await step('part of the content is downloaded', async () => {
  const response = await drive.files.get({ fileId: file.id, alt: 'media' }, { responseType: 'arraybuffer', headers: { Range: 'bytes=1-2' } });
  check(response.status === 206 && Buffer.from(response.data).toString() === 'ir', String(response.status));
});
const edited = await step('new content makes a new revision', async () => {
  const { data } = await drive.files.update({ fileId: file.id, media: media('second'), fields: 'id,headRevisionId,version,size' });
  check(data.headRevisionId !== file.headRevisionId && Number(data.version) > Number(file.version), JSON.stringify(data));
  return data;
});
await step('revisions are listed', async () => {
  const { data } = await drive.revisions.list({ fileId: file.id, fields: 'revisions(id,size,keepForever)' });
  check(data.revisions.length === 2, JSON.stringify(data));
});
await step('an old revision is kept for good', async () => {
  const { data } = await drive.revisions.update({ fileId: file.id, revisionId: file.headRevisionId, requestBody: { keepForever: true }, fields: 'keepForever' });
  check(data.keepForever === true, JSON.stringify(data));
});
await step('an old revision is read', async () => {
  const response = await drive.revisions.get({ fileId: file.id, revisionId: file.headRevisionId, alt: 'media' }, { responseType: 'arraybuffer' });
  check(Buffer.from(response.data).toString() === 'first', 'the old bytes are there');
});
await step('the last revision cannot be deleted', () =>
  drive.revisions.delete({ fileId: file.id, revisionId: edited.headRevisionId }).then(
    () => { throw new Error('it was deleted'); },
    (error) => check([400, 403].includes(Number(error.status ?? error.code)), error.message)));
await step('a file is renamed', async () => {
  const { data } = await drive.files.update({ fileId: file.id, requestBody: { name: 'Offer 2.txt' }, fields: 'name' });
  check(data.name === 'Offer 2.txt', JSON.stringify(data));
});
const other = await step('a folder inside the folder', async () =>
  (await drive.files.create({ requestBody: { name: 'Old', mimeType: 'application/vnd.google-apps.folder', parents: [folder.id] } })).data);
await step('a file is moved', async () => {
  const { data } = await drive.files.update({ fileId: file.id, addParents: other.id, removeParents: folder.id, fields: 'parents' });
  check(data.parents.length === 1 && data.parents[0] === other.id, JSON.stringify(data));
});
const copy = await step('a file is copied with its marks', async () => {
  const { data } = await drive.files.copy({ fileId: file.id, requestBody: { name: 'Copy.txt' }, fields: 'id,appProperties,name' });
  check(data.appProperties.operation === '1', JSON.stringify(data));
  return data;
});
const token0 = await step('a cursor for changes', async () => (await drive.changes.getStartPageToken({})).data.startPageToken);
await step('a file goes to the trash and shows among the changes', async () => {
  await drive.files.update({ fileId: copy.id, requestBody: { trashed: true } });
  const { data } = await drive.changes.list({ pageToken: token0, fields: 'newStartPageToken,changes(fileId,removed,file(trashed))' });
  check(data.changes.some((change) => change.fileId === copy.id && change.file.trashed), JSON.stringify(data));
  check(data.newStartPageToken, 'the last page has the next cursor');
});
await step('it comes back from the trash', async () => {
  const { data } = await drive.files.update({ fileId: copy.id, requestBody: { trashed: false }, fields: 'trashed' });
  check(data.trashed === false, JSON.stringify(data));
});
await step('a deleted file is gone', async () => {
  await drive.files.delete({ fileId: copy.id });
  await refused(() => drive.files.get({ fileId: copy.id }), 404);
});
await step('somebody else does not see the file', () => refused(() => jonas.files.get({ fileId: file.id }), 404));
const permission = await step('the folder is shared with a group', async () => {
  const requestBody = { type: 'group', role: 'writer', emailAddress: 'sales@solsiden.example' };
  return (await drive.permissions.create({ fileId: folder.id, sendNotificationEmail: false, requestBody, fields: '*' })).data;
});
await step('a member of the group reads the file by inheritance', async () => {
  const { data } = await jonas.files.get({ fileId: file.id, fields: 'id,capabilities(canEdit),ownedByMe' });
  check(data.capabilities.canEdit === true && data.ownedByMe === false, JSON.stringify(data));
});
await step('under drive.file the same file is not the application\'s', async () => {
  const error = await refused(() => narrow.files.get({ fileId: file.id, alt: 'media' }), 404).catch(() =>
    refused(() => narrow.files.get({ fileId: file.id, alt: 'media' }), 403));
  check(error, 'refused');
});
await step('a mail cannot be sent to a domain', () =>
  refused(() => drive.permissions.create({ fileId: folder.id, sendNotificationEmail: true, requestBody: { type: 'domain', role: 'reader', domain: 'solsiden.example' } }), 400));
await step('permissions are listed', async () => {
  const { data } = await drive.permissions.list({ fileId: folder.id, fields: 'permissions(id,role,type,emailAddress)' });
  check(data.permissions.length === 2, JSON.stringify(data));
});
await step('a permission is taken back', async () => {
  await drive.permissions.delete({ fileId: folder.id, permissionId: permission.id });
  await refused(() => jonas.files.get({ fileId: file.id }), 404);
});
await step('a restriction blocks new content but not the trash', async () => {
  await drive.files.update({ fileId: file.id, requestBody: { contentRestrictions: [{ readOnly: true, reason: 'checked out' }] } });
  await refused(() => drive.files.update({ fileId: file.id, media: media('third') }), 403);
  await drive.files.update({ fileId: file.id, requestBody: { trashed: true } });
  await drive.files.update({ fileId: file.id, requestBody: { trashed: false, contentRestrictions: [{ readOnly: false }] } });
});
const shared = await step('a shared drive is created once for a request', async () => {
  const { data } = await drive.drives.create({ requestId: 'request-1', requestBody: { name: 'Projects' } });
  await refused(() => drive.drives.create({ requestId: 'request-1', requestBody: { name: 'Projects' } }), 409);
  return data;
});
const inShared = await step('a file is created in the shared drive', async () => {
  const { data } = await drive.files.create({ supportsAllDrives: true, requestBody: { name: 'Plan.txt', parents: [shared.id] }, media: media('plan'), fields: 'id,driveId,owners' });
  check(data.driveId === shared.id && !data.owners, JSON.stringify(data));
  return data;
});
await step('without supportsAllDrives it is not found', () => refused(() => drive.files.get({ fileId: inShared.id }), 404));
await step('the shared drive lists it', async () => {
  const { data } = await drive.files.list({ corpora: 'drive', driveId: shared.id, includeItemsFromAllDrives: true, supportsAllDrives: true });
  check(data.files.some((found) => found.id === inShared.id), JSON.stringify(data));
});
const native = await step('text becomes a native document', async () => {
  const requestBody = { name: 'Native', mimeType: 'application/vnd.google-apps.document' };
  const { data } = await drive.files.create({ requestBody, media: media('native text'), fields: 'id,mimeType,md5Checksum' });
  check(!data.md5Checksum, 'a native document has no checksum');
  return data;
});
await step('a native document is exported and not downloaded', async () => {
  const response = await drive.files.export({ fileId: native.id, mimeType: 'text/plain' }, { responseType: 'arraybuffer' });
  check(Buffer.from(response.data).toString().includes('native text'), 'the text is there');
  await refused(() => drive.files.get({ fileId: native.id, alt: 'media' }), 403);
});
const large = Buffer.alloc(1_000_000, 'x');
await step('a large file goes up in pieces and survives a question', async () => {
  const bearer = { authorization: `Bearer ${await token({ provider: 'google', user: 'documents@solsiden.example', client, scopes: [full] })}` };
  const start = await fetch(`${rootUrl}upload/drive/v3/files?uploadType=resumable`, {
    method: 'POST', headers: { ...bearer, 'content-type': 'application/json', 'x-upload-content-length': String(large.length) },
    body: JSON.stringify({ name: 'Large.bin' }),
  });
  const session = start.headers.get('location');
  const piece = 262_144 * 2;
  const one = await fetch(session, { method: 'PUT', headers: { 'content-range': `bytes 0-${piece - 1}/${large.length}` }, body: large.subarray(0, piece) });
  check(one.status === 308 && one.headers.get('range') === `bytes=0-${piece - 1}`, `${one.status} ${one.headers.get('range')}`);
  const asked = await fetch(session, { method: 'PUT', headers: { 'content-range': `bytes */${large.length}` } });
  check(asked.status === 308, String(asked.status));
  const two = await fetch(session, { method: 'PUT', headers: { 'content-range': `bytes ${piece}-${large.length - 1}/${large.length}` }, body: large.subarray(piece) });
  const made = await two.json();
  check([200, 201].includes(two.status) && made.id, `${two.status} ${JSON.stringify(made)}`);
  const { data } = await drive.files.get({ fileId: made.id, fields: 'size' });
  check(data.size === String(large.length), data.size);
});
await step('an unknown field is refused by its name', async () => {
  const error = await refused(() => drive.files.get({ fileId: file.id, fields: 'colour' }), 400);
  check(/colour/.test(error.message), error.message);
});
await step('a throttled call is refused with the reason', async () => {
  await control('POST', '/faults', { where: { surface: 'google-apis' }, times: 1, effect: { kind: 'throttle', status: 403, reason: 'userRateLimitExceeded' } });
  const error = await refused(() => drive.files.get({ fileId: file.id }), 403);
  check(/Rate Limit/.test(error.message), error.message);
});
await step('a channel is made and stopped', async () => {
  const { startPageToken } = (await drive.changes.getStartPageToken({})).data;
  const requestBody = { id: 'channel-1', type: 'web_hook', address: 'https://127.0.0.1:9/hook', token: 'secret' };
  const { data } = await drive.changes.watch({ pageToken: startPageToken, requestBody });
  check(data.resourceId && typeof data.expiration === 'string', JSON.stringify(data));
  await drive.channels.stop({ requestBody: { id: data.id, resourceId: data.resourceId } });
});
await step('a wrong token is refused', async () => {
  const oauth = new authModule.OAuth2();
  oauth.setCredentials({ access_token: 'ya29.nonsense' });
  await refused(() => makeDrive({ version: 'v3', auth: oauth, rootUrl, retry: false }).about.get({ fields: 'user' }), 401);
});
finish(40);
