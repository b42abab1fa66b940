// Python definitions that generated PyTorch code uses where torch has no function of that meaning; each is written only when used.
import type { PytorchHelper } from '../../../gpu-kernels/forms.ts';

export const pytorchHelpers = {
  Part: `class Part(nn.Module):
    """Modules and parameters by name: what gives parameters their path."""

    def __init__(self, **members):
        super().__init__()
        for name, member in members.items():
            setattr(self, name, member)`,

  holding: `def holding(module, **members):
    """A module with further modules inside it, as timm's norms hold their activation."""
    for name, member in members.items():
        setattr(module, name, member)
    return module`,

  EvoNormB0: `class EvoNormB0(nn.Module):
    """EvoNorm-B0 (arXiv 2004.02967) with running statistics; without \`v\` only weight * x + bias."""

    def __init__(self, channels, eps, apply):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.v = nn.Parameter(torch.ones(channels)) if apply else None
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, x):
        shape = (1, -1, 1, 1)
        if self.v is not None:
            instance = (x.var((2, 3), unbiased=False, keepdim=True) + self.eps).sqrt()
            variance = self.running_var
            if self.training:
                variance = x.var((0, 2, 3), unbiased=False)
                self.running_var.lerp_(x.detach().var((0, 2, 3)), 0.1)
            batch = (variance + self.eps).sqrt().view(shape)
            x = x / batch.maximum(self.v.view(shape) * x + instance)
        return x * self.weight.view(shape) + self.bias.view(shape)`,

  EvoNormS0: `class EvoNormS0(nn.Module):
    """EvoNorm-S0 (arXiv 2004.02967); without \`v\` only weight * x + bias."""

    def __init__(self, channels, groups, eps, apply):
        super().__init__()
        self.groups, self.eps = groups, eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.v = nn.Parameter(torch.ones(channels)) if apply else None

    def forward(self, x):
        shape = (1, -1, 1, 1)
        if self.v is not None:
            group = x.unflatten(1, (self.groups, -1))
            deviation = (group.var((2, 3, 4), unbiased=False, keepdim=True) + self.eps).sqrt()
            x = (group / deviation).flatten(1, 2) * (self.v.view(shape) * x).sigmoid()
        return x * self.weight.view(shape) + self.bias.view(shape)`,

  blur: `def blur(x, size, stride, mode):
    """Binomial filter of \`size\`, then every \`stride\`-th pixel."""
    row = torch.ones(1, device=x.device, dtype=x.dtype)
    for _ in range(size - 1):
        row = (F.pad(row, (0, 1)) + F.pad(row, (1, 0))) / 2
    channels = x.shape[1]
    kernel = torch.outer(row, row).expand(channels, 1, -1, -1)
    pad = (stride - 1 + size - 1) // 2
    return F.conv2d(F.pad(x, (pad,) * 4, mode), kernel, stride=stride, groups=channels)`,

  heads: `def heads(x, count, dim, offset, stride):
    """[N, T, C] or [N, C, H, W] -> [N, count, T, dim]: head h is channels offset + h * stride and on."""
    if x.dim() == 4:
        x = x.flatten(2).transpose(1, 2)
    return x[..., offset : offset + (count - 1) * stride + dim].unfold(-1, dim, stride).transpose(1, 2)`,

  attend: `def attend(q, k, v, scale, bias=None, mix_before=None, mix_after=None):
    """softmax(q k^T * scale + bias) v per head, heads joined: [N, T, heads * dim]. Fewer key heads are shared."""
    shared = q.shape[1] // k.shape[1]
    k, v = (x.repeat_interleave(shared, 1) if shared > 1 else x for x in (k, v))
    scores = q @ k.transpose(-2, -1) * scale
    if bias is not None:
        scores = scores + bias
    if mix_before is not None:
        scores = mix_before(scores)
    shares = scores.softmax(-1)
    if mix_after is not None:
        shares = mix_after(shares)
    return (shares @ v).transpose(1, 2).flatten(2)`,

  relative_index: `def relative_index(queries, keys, stride):
    """Entry of the bias table for each query and key: |row distance| * key columns + |column distance|."""
    q = torch.cartesian_prod(torch.arange(queries[0]) * stride[0], torch.arange(queries[1]) * stride[1])
    k = torch.cartesian_prod(torch.arange(keys[0]), torch.arange(keys[1]))
    rows, columns = (q[:, None] - k[None]).abs().unbind(-1)
    return rows * keys[1] + columns`,

  performer: `def performer(kqv, w):
    """FAVOR+ attention of one head (arXiv 2009.14794); key, query and value stand side by side in the channels."""

    def features(x):
        return (x @ w.t() - x.square().sum(-1, keepdim=True) / 2).exp() / len(w) ** 0.5

    k, q, v = kqv.chunk(3, -1)
    k, q = features(k), features(q)
    return q @ (k.transpose(1, 2) @ v) / (q @ k.sum(1).unsqueeze(-1) + 1e-8)`,

  sinusoid: `def sinusoid(tokens, dim):
    """Fixed position table: sine in even channels, cosine in odd ones."""
    channel = torch.arange(dim)
    angle = torch.arange(tokens)[:, None] / 10000 ** (2 * (channel // 2) / dim)
    return torch.where(channel % 2 == 0, angle.sin(), angle.cos())[None]`,

  log_mel: `def log_mel(x, rate, fft, window, hop, mels, low, high, scale, power, floor=None, offset=None, unit=False):
    """Wave [N, 1, 1, samples] -> [N, 1, frames, mels]: Hann frames, magnitude or power, mel filters, logarithm."""
    log1p, break_mel, step = torch.log1p, 15.0, torch.tensor(6.4).log().item() / 27
    to = {
        "htk": lambda f: 2595 / torch.tensor(10.0).log() * log1p(f / 700),
        "tf": lambda f: 1127 * log1p(f / 700),
        "slaney": lambda f: torch.where(f < 1000, f * 3 / 200, break_mel + (f.clamp(min=1) / 1000).log() / step),
    }[scale]
    back = {
        "htk": lambda m: 700 * (10 ** (m / 2595) - 1),
        "tf": lambda m: m,
        "slaney": lambda m: torch.where(m < break_mel, m * 200 / 3, 1000 * (step * (m - break_mel)).exp()),
    }[scale]
    bins = torch.arange(fft // 2 + 1, dtype=torch.float64) * rate / fft
    ends = to(torch.tensor([low, high], dtype=torch.float64))
    left, middle, right = back(torch.linspace(ends[0], ends[1], mels + 2, dtype=torch.float64)).unfold(0, mels, 1)
    at = (to(bins) if scale == "tf" else bins)[:, None]
    filters = torch.minimum((at - left) / (middle - left), (right - at) / (right - middle)).clamp(min=0)
    if scale == "slaney":
        filters = filters * 2 / (right - left)
    if scale == "tf":
        filters[0] = 0
    x = x[:, 0, 0].double()
    if unit:
        x = x - x.mean(1, keepdim=True)
        x = x / (x.square().mean(1, keepdim=True) + 1e-7).sqrt()
    frames = x.unfold(1, window, hop) * torch.hann_window(window, dtype=torch.float64, device=x.device)
    energy = torch.fft.rfft(frames, fft).abs() ** power @ filters.to(x.device)
    loud = 10 * energy.clamp(min=floor).log10() if offset is None else (energy + offset).log()
    return loud.float()[:, None]`,
} as const satisfies Readonly<Record<PytorchHelper | 'Part' | 'holding', string>>;

export type HelperName = keyof typeof pytorchHelpers;
