import { diagnosisTable } from '../doctor/diagnosis-table.ts';
import type { Proof } from './proof.ts';

/** The proof as lines for people. Pure. */
export function proofText({ diagnosis, resNet50, matmuls, checks, device }: Proof): string {
  const { stock, mixed, shape } = resNet50;
  const steps = [
    `ResNet-50, ${shape.batch} × ${shape.side} × ${shape.side}, one training step on the ${device.toUpperCase()}:`,
    `  stock float32    ${milliseconds(stock.medianMilliseconds)}  ${stock.picturesPerSecond.toPrecision(3)} pictures/s`,
    ...mixed.map(
      ({ policy, medianMilliseconds, picturesPerSecond, speedup }) =>
        `  ${policy.padEnd(15)}  ${milliseconds(medianMilliseconds)}  ${picturesPerSecond.toPrecision(3)} pictures/s  ${speedup.toFixed(2)} times as fast`,
    ),
  ];
  const products = matmuls.map(
    ({ size, precision, gigaflops, maxError }) =>
      `  ${String(size).padStart(5)}  ${precision.padEnd(8)}  ${(gigaflops / 1000).toPrecision(3).padStart(7)} TFLOP/s  error ${maxError.toExponential(1)}`,
  );
  return [diagnosisTable(diagnosis), '', ...steps, '', 'Products of square matrices:', ...products, '', diagnosisTable({ checks })].join(
    '\n',
  );
}

function milliseconds(value: number): string {
  return `${value.toPrecision(4)} ms`.padStart(11);
}
