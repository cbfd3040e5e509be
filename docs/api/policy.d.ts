type OpClass = "allow" | "deny" | "f32-inner" | "promote" | "pass" | "n/a";
type ClassWord = "allow" | "deny" | "f32Inner" | "promote" | "pass";
type Precision = "float32" | "float16" | "bfloat16";
type HalfPrecision = "float16" | "bfloat16";
interface Policy {
    readonly name: string;
    readonly param: Precision;
    readonly compute: Precision;
    readonly output: Precision;
    readonly ops: Readonly<Record<string, OpClass>>;
}
declare function formatPolicy(policy: Policy): string;
interface KernelClass {
    readonly opClass: OpClass;
    readonly output?: "float32";
    readonly why: string;
}
declare function kernelClass(policy: Policy, kernelName: string): KernelClass;
interface KernelRow {
    readonly float16: OpClass;
    readonly bfloat16: OpClass;
    readonly output?: "float32";
    readonly why: string;
}
declare const kernelTable: Readonly<Record<string, KernelRow>>;
declare function allowlist(policy: Policy): readonly string[];
declare function denylist(policy: Policy): readonly string[];
declare function policy(spec: string | Policy): Policy;
type OpOverrides = {
    readonly [word in ClassWord]?: readonly string[];
};
declare function withOps(policy: Policy, overrides: OpOverrides): Policy;
export { type ClassWord, type HalfPrecision, type KernelClass, type KernelRow, type OpClass, type OpOverrides, type Policy, type Precision, allowlist, denylist, formatPolicy, kernelClass, kernelTable, policy, withOps };
