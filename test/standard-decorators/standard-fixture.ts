import type { Kit } from '../decorators/compilers/shared-fixture.js';

/** What only standard decorators can decorate: private methods and fields. */
export function defineStandard({ Resilient, policy, tag }: Kit) {
  class Signer {
    readonly secret: string = 'S';

    @Resilient(policy)
    async #sign(payload: string): Promise<string> {
      return this.secret + payload;
    }

    sign(payload: string): Promise<string> {
      return this.#sign(payload);
    }

    @Resilient(policy)
    static async #load(name: string): Promise<[unknown, string]> {
      return [this, name];
    }

    static load(name: string): Promise<[unknown, string]> {
      return this.#load(name);
    }

    @Resilient(policy)
    send = async (payload: string): Promise<[unknown, string]> => [this, payload];

    @Resilient(policy)
    @tag('field')
    async verify(payload: string): Promise<string> {
      return this.secret + payload;
    }

    @Resilient(policy)
    static boot = async (): Promise<string> => 'booted';
  }

  class QuickSigner extends Signer {
    @Resilient(policy)
    override verify = async (payload: string): Promise<string> => `quick ${await super.verify(payload)}`;
  }

  return { Signer, QuickSigner };
}

/** What {@link defineStandard} gives. */
export type StandardFixture = ReturnType<typeof defineStandard>;
