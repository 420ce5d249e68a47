import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ServiceSite } from './service-site.js';
describe('x', () => {
  let site: ServiceSite;
  beforeAll(async () => { const t = Date.now(); site = await ServiceSite.start(); console.log('started', Date.now() - t); }, 120_000);
  afterAll(() => site.close());
  it('y', async () => {
    expect((await site.ask('/')).status).toBe(200);
    console.log(JSON.stringify(site.runs.released.release, null, 1).slice(0, 6000));
    console.log(JSON.stringify(site.runs.refused, null, 1).slice(0, 4000));
    console.log(JSON.stringify(site.runs.again, null, 1).slice(0, 1500));
    console.log(JSON.stringify(site.services.registry.list(), null, 1));
  });
});
