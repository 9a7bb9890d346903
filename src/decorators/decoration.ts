import type { CallContext } from '../core/context/call-context.js';
import type { ResilientOptions } from './resilient-options.js';

/**
 * What `@Resilient(…)` gives: it decorates a method or a class, in either dialect.
 *
 * The compiler holds the type of the result against the member. Where the member cannot be resilient, that type is a
 * sentence, which the error message quotes.
 */
export interface ResilientDecorator<Options, Fallback, Context> {
  // Conditional types know nothing of the constraint of a type parameter, and a parameter may be of such a type, in a
  // generic class. So parameters are held against what the callbacks take here, and only where that fails below.
  <This, Args extends ArgsFor<Options>, Returned>(
    target: (this: This, ...args: Args) => Returned,
    context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Returned>,
  ): PromiseDecoration<This, never[], Returned, void, Facts<Options, Fallback, Context>>;
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters, its constraint is what is checked
  <Target, Args extends ArgsFor<Options>, Returned>(
    target: Target,
    key: PropertyKey,
    descriptor: TypedPropertyDescriptor<(...args: Args) => Returned>,
  ): PromiseDecoration<Target, never[], Returned, void, Facts<Options, Fallback, Context>>;
  <Target, Where = undefined, Descriptor = undefined>(
    target: Target,
    where?: Where,
    descriptor?: Descriptor,
  ): Decoration<Target, Where, Descriptor, Facts<Options, Fallback, Context>>;
}

/** What the arguments of `@Resilient(…)` tell of the methods that it fits. */
interface Facts<Options, Fallback, Context> {
  options: Options;
  fallback: Fallback;
  context: Context;
}

/** What the compiler says of a member that does not fit. An object, because it would print a bare sentence as `string`. */
export interface Misuse<Reason extends string> {
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
        : Misuse<'an accessor gives no promise; decorate a method'>;

type LegacyDecoration<Target, Descriptor, On extends AnyFacts> =
  Descriptor extends TypedPropertyDescriptor<infer Method>
    ? MethodDecoration<Method, Target, Descriptor, On>
    : Misuse<'legacy decorators cannot see the value of a property; write a method, or use resilient(fn)'>;

type MethodDecoration<Method, This, Fitting, On extends AnyFacts> = Method extends (
  ...args: infer Args
) => infer Returned
  ? PromiseDecoration<This, Args, Returned, Fitting, On>
  : Misuse<'it is not a method'>;

type PromiseDecoration<This, Args extends unknown[], Returned, Fitting, On extends AnyFacts> =
  Returned extends PromiseLike<infer Result>
    ? Promise<Result> extends Returned
      ? CallDecoration<This, Args, Result, Fitting, On>
      : Misuse<'the method must return a plain promise'>
    : Misuse<'the method must return a promise'>;

type CallDecoration<This, Args extends unknown[], Result, Fitting, On extends AnyFacts> = [
  Misfit<On['options'], ResilientOptions<This, Args, Result>>,
] extends [never]
  ? [On['fallback']] extends [never]
    ? OwnPolicyOnly<Fitting, On>
    : // Not as a tuple, which TypeScript leaves undecided where the result is a type parameter.
      Promise<On['fallback']> extends Promise<Result>
      ? OwnPolicyOnly<Fitting, On>
      : Misuse<'what the fallback returns does not fit the result of the method'>
  : Misuse<`${Misfit<On['options'], ResilientOptions<This, Args, Result>>} does not fit the parameters, this or result of the method`>;

/** The parameters that every callback of the options can be called with. */
type ArgsFor<Options> = unknown[] &
  Intersected<
    | TakenBy<Pick<Options, keyof Options & ('priority' | 'key' | 'cost' | 'signal')>>
    | TakenBy<NonNullable<Options[keyof Options & 'orderSafety']>>
  >;

type TakenBy<Callbacks> = Callbacks extends unknown
  ? { [Name in keyof Callbacks]-?: Taken<Callbacks[Name], Name> }[keyof Callbacks]
  : never;

type Taken<Callback, Name> = Callback extends (...args: infer Args) => unknown
  ? AtLeast<
      Name extends 'find' | 'persist' | 'matches'
        ? Tail<Args>
        : Name extends 'watch'
          ? Tail<Tail<Args>>
          : Args
    >
  : never;

type Tail<Args> = Args extends [unknown?, ...infer Rest] ? Rest : [];

/** A callback may leave out the last parameters. */
type AtLeast<Args extends unknown[]> = number extends Args['length'] ? Args : [...Args, ...unknown[]];

type Intersected<Union> = (Union extends unknown ? (value: Union) => void : never) extends (
  value: infer All,
) => void
  ? All
  : never;

// By its prototype: a class with a private constructor is no constructor type.
type ClassDecoration<Target, On extends AnyFacts> = Target extends { readonly prototype: infer Instance }
  ? [Misfit<On['options'], ClassOptions<Target, Instance>>] extends [never]
    ? [UnfitMethod<Instance, On['fallback']>] extends [never]
      ? OwnPolicyOnly<void, On>
      : Misuse<`what the fallback returns does not fit the result of ${UnfitMethod<Instance, On['fallback']>}`>
    : Misuse<`${Misfit<On['options'], ClassOptions<Target, Instance>>} does not fit a whole class`>
  : Misuse<'it is neither a method nor a class'>;

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
    : Misuse<`${OwnOption & keyof On['options']} needs a policy of weex-resilience`>;

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
