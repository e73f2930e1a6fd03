/** A client of the API, as a program of somebody else's would be. */
import assert from 'node:assert/strict';
import type { Methods } from '../../src/api/types.ts';
import { ask } from './http.ts';
import { ROOT_PASSWORD, type Server } from './server.ts';

type Request<M extends keyof Methods> = Methods[M]['request'];

export class Client {
  readonly server: Server;
  readonly token: string;

  constructor(server: Server, token = '') {
    this.server = server;
    this.token = token;
  }

  /** The Data of a call that has to succeed. */
  async data<M extends keyof Methods>(method: M, fields: Request<M>): Promise<Methods[M]['data']> {
    const { body } = await ask(`${this.server.url}/api/${method}`, {
      method: 'POST',
      headers: this.token ? { Authorization: this.token } : {},
      body: JSON.stringify(fields),
    });
    const envelope = JSON.parse(body);
    assert.equal(envelope.Code, 200, `${method} ${JSON.stringify(fields)}: ${envelope.ErrMsg}`);
    return envelope.Data;
  }

  async logIn(name: string, password: string): Promise<Client> {
    const token = await this.data('user/GetLoginToken', { LoginName: name, PassWord: password });
    return new Client(this.server, token);
  }
}

export function logInAsRoot(server: Server): Promise<Client> {
  return new Client(server).logIn('root', ROOT_PASSWORD);
}
