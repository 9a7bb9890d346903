import type { CallContext } from '../context/call-context.js';
import type { ResilientOptions } from './resilient-options.js';

/**
 * What `@Resilient(…)` gives: it decorates a method or a class, in either dialect.
 *
 * The compiler holds the type of the result against the member. Where the member cannot be resilient, that type is a
 * sentence, which the error message quotes.
 */
export type ResilientDecorator<Options, Fallback, Context> = <
  Target,
  Where = undefined,
  Descriptor = undefined,
>(
  target: Target,
  where?: Where,
  descriptor?: Descriptor,
) => Decoration<Target, Where, Descriptor, Facts<Options, Fallback, Context>>;

/** What the arguments of `@Resilient(…)` tell of the methods that it fits. */
interface Facts<Options, Fallback, Context> {
  options: Options;
  fallback: Fallback;
  context: Context;
}

/** What the compiler says of a member that does not fit. An object, because it would print a bare sentence as `string`. */
export interface Refusal<Reason extends string> {
  readonly cannotBeResilient: Reason;
}

type AnyFacts = Facts<unknown, unknown, unknown>;
interface StandardContext {
  readonly kind: string;
}

type Decoration<Target, Where, Descriptor, On extends AnyFacts> = Where extends StandardContext
  ? StandardDecoration<Target, Where, On>
  : Where extends PropertyKey
    ? LegacyDecoration<Target, Descriptor, On>
    : ClassDecoration<Target, On>;

type StandardDecoration<Target, Where extends StandardContext, On extends AnyFacts> =
  Where extends ClassMethodDecoratorContext<infer This>
    ? MethodDecoration<Target, This, Target, On>
    : Where extends ClassFieldDecoratorContext<infer This, infer Value>
      ? MethodDecoration<Value, This, (this: This, value: Value) => Value, On>
      : Where extends { readonly kind: 'class' }
        ? ClassDecoration<Target, On>
        : Refusal<'an accessor gives no promise; decorate a method'>;

type LegacyDecoration<Target, Descriptor, On extends AnyFacts> =
  Descriptor extends TypedPropertyDescriptor<infer Method>
    ? MethodDecoration<Method, Target, Descriptor, On>
    : Refusal<'legacy decorators cannot see the value of a property; write a method, or use resilient(fn)'>;

type MethodDecoration<Method, This, Fitting, On extends AnyFacts> = Method extends (
  ...args: infer Args
) => infer Returned
  ? Returned extends PromiseLike<infer Result>
    ? Promise<Result> extends Returned
      ? CallDecoration<This, Args, Result, Fitting, On>
      : Refusal<'the method must return a plain promise'>
    : Refusal<'the method must return a promise'>
  : Refusal<'it is not a method'>;

type CallDecoration<This, Args extends unknown[], Result, Fitting, On extends AnyFacts> = [
  Misfit<On['options'], ResilientOptions<This, Args, Result>>,
] extends [never]
  ? [On['fallback']] extends [never]
    ? OwnPolicyOnly<Fitting, On>
    : [On['fallback']] extends [Result]
      ? OwnPolicyOnly<Fitting, On>
      : Refusal<'what the fallback returns does not fit the result of the method'>
  : Refusal<`${Misfit<On['options'], ResilientOptions<This, Args, Result>>} does not fit the parameters, this or result of the method`>;

// By its prototype: a class with a private constructor is no constructor type.
type ClassDecoration<Target, On extends AnyFacts> = Target extends { readonly prototype: infer Instance }
  ? [Misfit<On['options'], ClassOptions<Target, Instance>>] extends [never]
    ? [UnfitMethod<Instance, On['fallback']>] extends [never]
      ? OwnPolicyOnly<void, On>
      : Refusal<`what the fallback returns does not fit the result of ${UnfitMethod<Instance, On['fallback']>}`>
    : Refusal<`${Misfit<On['options'], ClassOptions<Target, Instance>>} does not fit a whole class`>
  : Refusal<'it is neither a method nor a class'>;

// A callback for a class is called for methods with any parameters, and also for static methods.
type ClassOptions<Target, Instance> = {
  [Name in keyof ResilientOptions]: Name extends 'orderSafety' | 'operation'
    ? undefined
    : ResilientOptions<[MethodsOf<Target>] extends [never] ? Instance : Instance | Target, unknown[]>[Name];
};

type MethodsOf<Type> = {
  [Name in keyof Type]: Type[Name] extends (...args: never[]) => PromiseLike<unknown> ? Name : never;
}[keyof Type];

type UnfitMethod<Instance, Fallback> = {
  [Name in keyof Instance]: Instance[Name] extends (...args: never[]) => PromiseLike<infer Result>
    ? [Fallback] extends [Result]
      ? never
      : Name & string
    : never;
}[keyof Instance];

type OwnPolicyOnly<Fitting, On extends AnyFacts> = [On['context']] extends [CallContext]
  ? Fitting
  : [OwnOption & keyof On['options']] extends [never]
    ? Fitting
    : Refusal<`${OwnOption & keyof On['options']} needs a policy of weex-resilience`>;

/** What a policy that is not of this library cannot do. */
export type OwnOption = 'priority' | 'key' | 'cost' | 'scope';

/** The names of the options that do not fit; none where the options are wrong by themselves, which is said there. */
type Misfit<Options, Fitting> = [ResilientOptions] extends [Options] ? never : MisfitNames<Options, Fitting>;

type MisfitNames<Options, Fitting> = {
  [Name in keyof Options & keyof Fitting & string]: Options[Name] extends Fitting[Name]
    ? never
    : Name extends 'orderSafety'
      ? `orderSafety.${MisfitNames<Options[Name], Exclude<Fitting[Name], undefined>>}`
      : Name;
}[keyof Options & keyof Fitting & string];

/** Options with a name that is none, at that name. */
export type KnownOptions<Options> = Options & {
  readonly [Name in Exclude<keyof Options, keyof ResilientOptions>]: 'is not an option of @Resilient';
} & (Options extends { readonly orderSafety: infer Safety }
    ? {
        readonly orderSafety: {
          readonly [Name in Exclude<
            keyof Safety,
            keyof NonNullable<ResilientOptions['orderSafety']>
          >]: 'is not an option of orderSafety';
        };
      }
    : unknown);
