import type { CallContext } from '../core/context/call-context.js';
import type { Priority } from '../policies/resilience-policy.js';
import type { ResilientOptions } from './resilient-options.js';

/**
 * The decorator that `@Resilient(…)` returns, for methods and classes, legacy and standard.
 *
 * The compiler checks the type of the result against the member. If the member cannot be made resilient, that type
 * is a sentence, which the compiler's error quotes.
 */
export interface ResilientDecorator<Options, Fallback, Context> {
  // Conditional types ignore the constraint of a type parameter, and in a generic class a method parameter may have
  // such a type. So parameters are checked against the callbacks here, and below only if that fails.
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
  <Target, Where = Absent, Descriptor = Absent>(
    target: Target,
    where?: Where,
    descriptor?: Descriptor,
  ): Decoration<Target, Where, Descriptor, Facts<Options, Fallback, Context>>;
}

/** An argument that was not given: without `strictNullChecks`, `undefined` fits everything. */
interface Absent {
  readonly isAbsent: true;
}

/** What the arguments of `@Resilient(…)` require of the decorated methods. */
interface Facts<Options, Fallback, Context> {
  options: Options;
  fallback: Fallback;
  context: Context;
}

/**
 * The compiler's message for a member that does not fit. An object, because a bare sentence would be printed as
 * `string`.
 */
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
        : Misuse<'an accessor does not return a promise; decorate a method'>;

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
    : // Not compared as a tuple, which TypeScript leaves undecided if the result is a type parameter.
      Promise<On['fallback']> extends Promise<Result>
      ? OwnPolicyOnly<Fitting, On>
      : Misuse<'what the fallback returns does not fit the result of the method'>
  : Misuse<`${Misfit<On['options'], ResilientOptions<This, Args, Result>>} does not fit the parameters, this or result of the method`>;

/** The parameters with which every callback of the options can be called. */
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

/** A callback may omit the last parameters. */
type AtLeast<Args extends unknown[]> = number extends Args['length'] ? Args : [...Args, ...unknown[]];

type Intersected<Union> = (Union extends unknown ? (value: Union) => void : never) extends (
  value: infer All,
) => void
  ? All
  : never;

// Matched by its prototype: a class with a private constructor does not match a constructor type.
type ClassDecoration<Target, On extends AnyFacts> = Target extends { readonly prototype: infer Instance }
  ? [Misfit<On['options'], ClassOptions<Target, Instance>>] extends [never]
    ? [UnfitMethod<Instance, On['fallback']>] extends [never]
      ? OwnPolicyOnly<void, On>
      : Misuse<`what the fallback returns does not fit the result of ${UnfitMethod<Instance, On['fallback']>}`>
    : Misuse<`${Misfit<On['options'], ClassOptions<Target, Instance>>} does not fit a whole class`>
  : Misuse<'it is neither a method nor a class'>;

// On a class, callbacks are called for methods with any parameters, and for static methods too.
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

/** Options that a foreign policy does not support. */
export type OwnOption = 'priority' | 'key' | 'cost' | 'scope';

/** The names of the options that do not fit; none if the options themselves are wrong, which is reported there. */
type Misfit<Options, Fitting> = [ResilientOptions] extends [Options] ? never : MisfitNames<Options, Fitting>;

type MisfitNames<Options, Fitting> = {
  [Name in keyof Options & keyof Fitting & string]: Options[Name] extends Fitting[Name]
    ? never
    : Name extends 'orderSafety'
      ? `orderSafety.${MisfitNames<Options[Name], Exclude<Fitting[Name], undefined>>}`
      : Name;
}[keyof Options & keyof Fitting & string];

/** Makes the compiler infer a returned `'critical'` as that literal instead of `string`. */
interface KeepsLiterals {
  readonly priority?: Priority | ((...args: never[]) => Priority) | undefined;
}

/** Marks unknown option names with an error at that name. */
export type KnownOptions<Options> = Options &
  KeepsLiterals & {
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
