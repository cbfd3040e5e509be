import type { Strategy } from '../hand-over.ts';

/** The name of the job, its image, its service and its volume. */
export const JOB_NAME = 'halftone-train';

/** Workers of a multi_worker job, unless the user edits job.yaml. */
export const WORKERS = 2;

const PORT = 2222;
const MACHINES = {
  mirrored: { resource: 'nvidia.com/gpu: 1', selector: [] },
  multi_worker: { resource: 'nvidia.com/gpu: 1', selector: [] },
  tpu: {
    resource: 'google.com/tpu: 4',
    selector: ['nodeSelector:', '  cloud.google.com/gke-tpu-accelerator: tpu-v5-lite-podslice', '  cloud.google.com/gke-tpu-topology: 2x2'],
  },
} as const satisfies Readonly<Record<Strategy, { readonly resource: string; readonly selector: readonly string[] }>>;

/** The text of the Dockerfile: everything in the image but out/, which is a volume. Pure. */
export function dockerfile(): string {
  return `FROM python:3.11-slim-bookworm
WORKDIR /train
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
ENV HALFTONE_OUT=/out PYTHONUNBUFFERED=1
VOLUME /out
ENTRYPOINT ["python", "train.py"]
`;
}

/**
 * The text of job.yaml: a Kubernetes job that is started again where it ends early, and the volume that it goes on from. Pure.
 *
 * Several workers are the indices of one job behind a service without an address, so that they find each other by name.
 */
export function jobYaml(strategy: Strategy): string {
  const isMany = strategy === 'multi_worker';
  const workers = isMany ? WORKERS : 1;
  const hosts = Array.from({ length: workers }, (_, index) => `${JOB_NAME}-${index}.${JOB_NAME}:${PORT}`);
  const { resource, selector } = MACHINES[strategy];
  const documents = [...(isMany ? [service()] : []), volume(isMany ? 'ReadWriteMany' : 'ReadWriteOnce')];
  const job = [
    'apiVersion: batch/v1',
    'kind: Job',
    'metadata:',
    `  name: ${JOB_NAME}`,
    'spec:',
    ...(strategy === 'tpu' ? ['  # not run on a TPU yet: check accelerator, topology and image against your cluster'] : []),
    `  completions: ${workers}`,
    `  parallelism: ${workers}`,
    '  completionMode: Indexed',
    '  backoffLimit: 20 # a worker that lost another one ends with exit code 75, and goes on from /out when it is started again',
    '  template:',
    '    spec:',
    ...(isMany ? [`      subdomain: ${JOB_NAME}`] : []),
    '      restartPolicy: OnFailure',
    '      terminationGracePeriodSeconds: 120 # time to end the step and save',
    ...selector.map((line) => `      ${line}`),
    '      containers:',
    '        - name: train',
    `          image: ${JOB_NAME}:latest # yours, with its registry in front`,
    ...(isMany ? ['          env:', '            - name: HALFTONE_WORKERS', `              value: ${hosts.join(',')}`] : []),
    '          resources:',
    '            limits:',
    `              ${resource}`,
    '          volumeMounts:',
    '            - name: out',
    '              mountPath: /out',
    '      volumes:',
    '        - name: out',
    '          persistentVolumeClaim:',
    `            claimName: ${JOB_NAME}`,
  ];
  return `${[...documents, job.join('\n')].join('\n---\n')}\n`;
}

function service(): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${JOB_NAME}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    job-name: ${JOB_NAME}
  ports:
    - port: ${PORT}`;
}

function volume(access: string): string {
  return `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${JOB_NAME}
spec:
  accessModes: [${access}]
  resources:
    requests:
      storage: 20Gi`;
}
