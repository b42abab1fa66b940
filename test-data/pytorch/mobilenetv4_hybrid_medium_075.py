"""mobilenetv4_hybrid_medium_075: 7313528 parameters, 649844400 multiply-accumulates for an input of (1, 3, 224, 224).

Written by Bottleneck for that input size. Parameter names are timm's, so its checkpoints load: net.load_state_dict(state).
"""

import torch
from torch import nn
from torch.nn import functional as F


class Part(nn.Module):
    """Modules and parameters by name: what gives parameters their path."""

    def __init__(self, **members):
        super().__init__()
        for name, member in members.items():
            setattr(self, name, member)


def heads(x, count, dim, offset, stride):
    """[N, T, C] or [N, C, H, W] -> [N, count, T, dim]: head h is channels offset + h * stride and on."""
    if x.dim() == 4:
        x = x.flatten(2).transpose(1, 2)
    return x[..., offset : offset + (count - 1) * stride + dim].unfold(-1, dim, stride).transpose(1, 2)


def attend(q, k, v, scale, bias=None, mix_before=None, mix_after=None):
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
    return (shares @ v).transpose(1, 2).flatten(2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_stem = nn.Conv2d(3, 32, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(32)
        self.blocks = nn.ModuleList([
            nn.ModuleList([
                Part(
                    conv_exp=nn.Conv2d(32, 128, 3, stride=2, padding=1, bias=False),
                    bn1=nn.BatchNorm2d(128),
                    conv_pwl=nn.Conv2d(128, 40, 1, bias=False),
                    bn2=nn.BatchNorm2d(40),
                ),
            ]),
            nn.ModuleList([
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(40, 40, 3, padding=1, groups=40, bias=False),
                        bn=nn.BatchNorm2d(40),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(40, 160, 1, bias=False),
                        bn=nn.BatchNorm2d(160),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(160, 160, 5, stride=2, padding=2, groups=160, bias=False),
                        bn=nn.BatchNorm2d(160),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(160, 64, 1, bias=False),
                        bn=nn.BatchNorm2d(64),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((64,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(64, 64, 3, padding=1, groups=64, bias=False),
                        bn=nn.BatchNorm2d(64),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(64, 128, 1, bias=False),
                        bn=nn.BatchNorm2d(128),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(128, 128, 3, padding=1, groups=128, bias=False),
                        bn=nn.BatchNorm2d(128),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(128, 64, 1, bias=False),
                        bn=nn.BatchNorm2d(64),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((64,), 1e-5)),
                    ),
                ),
            ]),
            nn.ModuleList([
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(64, 64, 3, padding=1, groups=64, bias=False),
                        bn=nn.BatchNorm2d(64),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(64, 384, 1, bias=False),
                        bn=nn.BatchNorm2d(384),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(384, 384, 5, stride=2, padding=2, groups=384, bias=False),
                        bn=nn.BatchNorm2d(384),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(384, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 240, 1, bias=False),
                        bn=nn.BatchNorm2d(240),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(240, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(120, 120, 3, padding=1, groups=120, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 480, 1, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(480, 480, 3, padding=1, groups=480, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(480, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(120, 120, 3, padding=1, groups=120, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 480, 1, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(480, 480, 5, padding=2, groups=480, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(480, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(120),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(120, 256, 1, bias=False),
                        ),
                        key=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        value=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 120, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(120, 120, 3, padding=1, groups=120, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 480, 1, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(480, 480, 3, padding=1, groups=480, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(480, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(120),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(120, 256, 1, bias=False),
                        ),
                        key=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        value=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 120, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(120, 120, 3, padding=1, groups=120, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 480, 1, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(480, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(120),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(120, 256, 1, bias=False),
                        ),
                        key=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        value=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 120, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(120, 120, 3, padding=1, groups=120, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 480, 1, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(480, 480, 3, padding=1, groups=480, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(480, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(120),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(120, 256, 1, bias=False),
                        ),
                        key=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        value=Part(
                            down_conv=nn.Conv2d(120, 120, 3, stride=2, padding=1, groups=120, bias=False),
                            norm=nn.BatchNorm2d(120),
                            proj=nn.Conv2d(120, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 120, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(120, 120, 3, padding=1, groups=120, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 480, 1, bias=False),
                        bn=nn.BatchNorm2d(480),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(480, 120, 1, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((120,), 1e-5)),
                    ),
                ),
            ]),
            nn.ModuleList([
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(120, 120, 5, padding=2, groups=120, bias=False),
                        bn=nn.BatchNorm2d(120),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(120, 720, 1, bias=False),
                        bn=nn.BatchNorm2d(720),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(720, 720, 5, stride=2, padding=2, groups=720, bias=False),
                        bn=nn.BatchNorm2d(720),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(720, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 5, padding=2, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(768, 768, 5, padding=2, groups=768, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 3, padding=1, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(768, 768, 5, padding=2, groups=768, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 3, padding=1, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(768, 768, 5, padding=2, groups=768, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 384, 1, bias=False),
                        bn=nn.BatchNorm2d(384),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(384, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 3, padding=1, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 384, 1, bias=False),
                        bn=nn.BatchNorm2d(384),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(384, 384, 5, padding=2, groups=384, bias=False),
                        bn=nn.BatchNorm2d(384),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(384, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 384, 1, bias=False),
                        bn=nn.BatchNorm2d(384),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(384, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(192),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(192, 256, 1, bias=False),
                        ),
                        key=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        value=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 192, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 3, padding=1, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(192),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(192, 256, 1, bias=False),
                        ),
                        key=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        value=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 192, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 5, padding=2, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    dw_mid=Part(
                        conv=nn.Conv2d(768, 768, 5, padding=2, groups=768, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(192),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(192, 256, 1, bias=False),
                        ),
                        key=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        value=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 192, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 5, padding=2, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    norm=nn.BatchNorm2d(192),
                    attn=Part(
                        query=Part(
                            proj=nn.Conv2d(192, 256, 1, bias=False),
                        ),
                        key=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        value=Part(
                            proj=nn.Conv2d(192, 64, 1, bias=False),
                        ),
                        output=Part(
                            proj=nn.Conv2d(256, 192, 1, bias=False),
                        ),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
                Part(
                    dw_start=Part(
                        conv=nn.Conv2d(192, 192, 5, padding=2, groups=192, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    pw_exp=Part(
                        conv=nn.Conv2d(192, 768, 1, bias=False),
                        bn=nn.BatchNorm2d(768),
                    ),
                    pw_proj=Part(
                        conv=nn.Conv2d(768, 192, 1, bias=False),
                        bn=nn.BatchNorm2d(192),
                    ),
                    layer_scale=Part(
                        gamma=nn.Parameter(torch.full((192,), 1e-5)),
                    ),
                ),
            ]),
            nn.ModuleList([
                Part(
                    conv=nn.Conv2d(192, 720, 1, bias=False),
                    bn1=nn.BatchNorm2d(720),
                ),
            ]),
        ])
        self.conv_head = nn.Conv2d(720, 1280, 1, bias=False)
        self.norm_head = nn.BatchNorm2d(1280)
        self.classifier = nn.Linear(1280, 1000)

    def forward(self, x):
        # conv_stem: 112 x 112 x 32
        x = F.relu(self.bn1(self.conv_stem(x)))

        # blocks.0.0: 56 x 56 x 40
        block = self.blocks[0][0]
        x = block.bn2(block.conv_pwl(F.relu(block.bn1(block.conv_exp(x)))))

        # blocks.1.0: 28 x 28 x 64
        block = self.blocks[1][0]
        x = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        x = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(x))))
        x = x * block.layer_scale.gamma.view(1, -1, 1, 1)

        # blocks.1.1: 28 x 28 x 64
        block = self.blocks[1][1]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.2.0: 14 x 14 x 120
        block = self.blocks[2][0]
        x = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        x = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(x))))
        x = x * block.layer_scale.gamma.view(1, -1, 1, 1)

        # blocks.2.1: 14 x 14 x 120
        block = self.blocks[2][1]
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(x)))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.2.2: 14 x 14 x 120
        block = self.blocks[2][2]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.2.3: 14 x 14 x 120
        block = self.blocks[2][3]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.2.4: 14 x 14 x 120
        block = self.blocks[2][4]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(block.attn.key.norm(block.attn.key.down_conv(y)))
        y = block.attn.value.proj(block.attn.value.norm(block.attn.value.down_conv(y)))
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (14, 14))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.2.5: 14 x 14 x 120
        block = self.blocks[2][5]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.2.6: 14 x 14 x 120
        block = self.blocks[2][6]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(block.attn.key.norm(block.attn.key.down_conv(y)))
        y = block.attn.value.proj(block.attn.value.norm(block.attn.value.down_conv(y)))
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (14, 14))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.2.7: 14 x 14 x 120
        block = self.blocks[2][7]
        y = block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(y)
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.2.8: 14 x 14 x 120
        block = self.blocks[2][8]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(block.attn.key.norm(block.attn.key.down_conv(y)))
        y = block.attn.value.proj(block.attn.value.norm(block.attn.value.down_conv(y)))
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (14, 14))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.2.9: 14 x 14 x 120
        block = self.blocks[2][9]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.2.10: 14 x 14 x 120
        block = self.blocks[2][10]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(block.attn.key.norm(block.attn.key.down_conv(y)))
        y = block.attn.value.proj(block.attn.value.norm(block.attn.value.down_conv(y)))
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (14, 14))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.2.11: 14 x 14 x 120
        block = self.blocks[2][11]
        y = block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(y)
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.0: 7 x 7 x 192
        block = self.blocks[3][0]
        x = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        x = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(x))))
        x = x * block.layer_scale.gamma.view(1, -1, 1, 1)

        # blocks.3.1: 7 x 7 x 192
        block = self.blocks[3][1]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.2: 7 x 7 x 192
        block = self.blocks[3][2]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.3: 7 x 7 x 192
        block = self.blocks[3][3]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.4: 7 x 7 x 192
        block = self.blocks[3][4]
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(x)))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.5: 7 x 7 x 192
        block = self.blocks[3][5]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.6: 7 x 7 x 192
        block = self.blocks[3][6]
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(x)))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.7: 7 x 7 x 192
        block = self.blocks[3][7]
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(x)))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.8: 7 x 7 x 192
        block = self.blocks[3][8]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(y)
        y = block.attn.value.proj(y)
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (7, 7))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.3.9: 7 x 7 x 192
        block = self.blocks[3][9]
        y = block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(y)
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.10: 7 x 7 x 192
        block = self.blocks[3][10]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(y)
        y = block.attn.value.proj(y)
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (7, 7))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.3.11: 7 x 7 x 192
        block = self.blocks[3][11]
        y = block.dw_mid.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(block.pw_proj.conv(F.relu(block.dw_mid.bn(y))))
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.12: 7 x 7 x 192
        block = self.blocks[3][12]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(y)
        y = block.attn.value.proj(y)
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (7, 7))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.3.13: 7 x 7 x 192
        block = self.blocks[3][13]
        y = block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(y)
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.3.14: 7 x 7 x 192
        block = self.blocks[3][14]
        y = block.norm(x)
        z = block.attn.query.proj(y)
        u = block.attn.key.proj(y)
        y = block.attn.value.proj(y)
        z = attend(heads(z, 4, 64, 0, 64), heads(u, 1, 64, 0, 64), heads(y, 1, 64, 0, 64), 0.125).transpose(1, 2).unflatten(2, (7, 7))
        z = block.attn.output.proj(z)
        z = z * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = z + x

        # blocks.3.15: 7 x 7 x 192
        block = self.blocks[3][15]
        y = block.pw_proj.conv(F.relu(block.pw_exp.bn(block.pw_exp.conv(block.dw_start.bn(block.dw_start.conv(x))))))
        y = block.pw_proj.bn(y)
        y = y * block.layer_scale.gamma.view(1, -1, 1, 1)
        x = y + x

        # blocks.4.0: 7 x 7 x 720
        block = self.blocks[4][0]
        x = F.relu(block.bn1(block.conv(x)))

        # global_pool: 1 x 1 x 720
        x = x.mean((2, 3), keepdim=True)

        # conv_head: 1 x 1 x 1280
        x = F.relu(self.norm_head(self.conv_head(x)))

        # flatten: 1000
        x = x.flatten(1)
        x = self.classifier(x)

        return x


if __name__ == "__main__":
    net = Net().eval()
    print(sum(p.numel() for p in net.parameters()), "parameters")
    with torch.no_grad():
        print(net(torch.zeros(1, 3, 224, 224)).shape)
