"""mobilenetv3_small_050: 1593224 parameters, 24188688 multiply-accumulates for an input of (1, 3, 224, 224).

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


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_stem = nn.Conv2d(3, 16, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.blocks = nn.ModuleList([
            nn.ModuleList([
                Part(
                    conv_dw=nn.Conv2d(16, 16, 3, stride=2, padding=1, groups=16, bias=False),
                    bn1=nn.BatchNorm2d(16),
                    se=Part(
                        conv_reduce=nn.Conv2d(16, 8, 1),
                        conv_expand=nn.Conv2d(8, 16, 1),
                    ),
                    conv_pw=nn.Conv2d(16, 8, 1, bias=False),
                    bn2=nn.BatchNorm2d(8),
                ),
            ]),
            nn.ModuleList([
                Part(
                    conv_pw=nn.Conv2d(8, 40, 1, bias=False),
                    bn1=nn.BatchNorm2d(40),
                    conv_dw=nn.Conv2d(40, 40, 3, stride=2, padding=1, groups=40, bias=False),
                    bn2=nn.BatchNorm2d(40),
                    conv_pwl=nn.Conv2d(40, 16, 1, bias=False),
                    bn3=nn.BatchNorm2d(16),
                ),
                Part(
                    conv_pw=nn.Conv2d(16, 56, 1, bias=False),
                    bn1=nn.BatchNorm2d(56),
                    conv_dw=nn.Conv2d(56, 56, 3, padding=1, groups=56, bias=False),
                    bn2=nn.BatchNorm2d(56),
                    conv_pwl=nn.Conv2d(56, 16, 1, bias=False),
                    bn3=nn.BatchNorm2d(16),
                ),
            ]),
            nn.ModuleList([
                Part(
                    conv_pw=nn.Conv2d(16, 64, 1, bias=False),
                    bn1=nn.BatchNorm2d(64),
                    conv_dw=nn.Conv2d(64, 64, 5, stride=2, padding=2, groups=64, bias=False),
                    bn2=nn.BatchNorm2d(64),
                    se=Part(
                        conv_reduce=nn.Conv2d(64, 16, 1),
                        conv_expand=nn.Conv2d(16, 64, 1),
                    ),
                    conv_pwl=nn.Conv2d(64, 24, 1, bias=False),
                    bn3=nn.BatchNorm2d(24),
                ),
                Part(
                    conv_pw=nn.Conv2d(24, 144, 1, bias=False),
                    bn1=nn.BatchNorm2d(144),
                    conv_dw=nn.Conv2d(144, 144, 5, padding=2, groups=144, bias=False),
                    bn2=nn.BatchNorm2d(144),
                    se=Part(
                        conv_reduce=nn.Conv2d(144, 40, 1),
                        conv_expand=nn.Conv2d(40, 144, 1),
                    ),
                    conv_pwl=nn.Conv2d(144, 24, 1, bias=False),
                    bn3=nn.BatchNorm2d(24),
                ),
                Part(
                    conv_pw=nn.Conv2d(24, 144, 1, bias=False),
                    bn1=nn.BatchNorm2d(144),
                    conv_dw=nn.Conv2d(144, 144, 5, padding=2, groups=144, bias=False),
                    bn2=nn.BatchNorm2d(144),
                    se=Part(
                        conv_reduce=nn.Conv2d(144, 40, 1),
                        conv_expand=nn.Conv2d(40, 144, 1),
                    ),
                    conv_pwl=nn.Conv2d(144, 24, 1, bias=False),
                    bn3=nn.BatchNorm2d(24),
                ),
            ]),
            nn.ModuleList([
                Part(
                    conv_pw=nn.Conv2d(24, 72, 1, bias=False),
                    bn1=nn.BatchNorm2d(72),
                    conv_dw=nn.Conv2d(72, 72, 5, padding=2, groups=72, bias=False),
                    bn2=nn.BatchNorm2d(72),
                    se=Part(
                        conv_reduce=nn.Conv2d(72, 24, 1),
                        conv_expand=nn.Conv2d(24, 72, 1),
                    ),
                    conv_pwl=nn.Conv2d(72, 24, 1, bias=False),
                    bn3=nn.BatchNorm2d(24),
                ),
                Part(
                    conv_pw=nn.Conv2d(24, 72, 1, bias=False),
                    bn1=nn.BatchNorm2d(72),
                    conv_dw=nn.Conv2d(72, 72, 5, padding=2, groups=72, bias=False),
                    bn2=nn.BatchNorm2d(72),
                    se=Part(
                        conv_reduce=nn.Conv2d(72, 24, 1),
                        conv_expand=nn.Conv2d(24, 72, 1),
                    ),
                    conv_pwl=nn.Conv2d(72, 24, 1, bias=False),
                    bn3=nn.BatchNorm2d(24),
                ),
            ]),
            nn.ModuleList([
                Part(
                    conv_pw=nn.Conv2d(24, 144, 1, bias=False),
                    bn1=nn.BatchNorm2d(144),
                    conv_dw=nn.Conv2d(144, 144, 5, stride=2, padding=2, groups=144, bias=False),
                    bn2=nn.BatchNorm2d(144),
                    se=Part(
                        conv_reduce=nn.Conv2d(144, 40, 1),
                        conv_expand=nn.Conv2d(40, 144, 1),
                    ),
                    conv_pwl=nn.Conv2d(144, 48, 1, bias=False),
                    bn3=nn.BatchNorm2d(48),
                ),
                Part(
                    conv_pw=nn.Conv2d(48, 288, 1, bias=False),
                    bn1=nn.BatchNorm2d(288),
                    conv_dw=nn.Conv2d(288, 288, 5, padding=2, groups=288, bias=False),
                    bn2=nn.BatchNorm2d(288),
                    se=Part(
                        conv_reduce=nn.Conv2d(288, 72, 1),
                        conv_expand=nn.Conv2d(72, 288, 1),
                    ),
                    conv_pwl=nn.Conv2d(288, 48, 1, bias=False),
                    bn3=nn.BatchNorm2d(48),
                ),
                Part(
                    conv_pw=nn.Conv2d(48, 288, 1, bias=False),
                    bn1=nn.BatchNorm2d(288),
                    conv_dw=nn.Conv2d(288, 288, 5, padding=2, groups=288, bias=False),
                    bn2=nn.BatchNorm2d(288),
                    se=Part(
                        conv_reduce=nn.Conv2d(288, 72, 1),
                        conv_expand=nn.Conv2d(72, 288, 1),
                    ),
                    conv_pwl=nn.Conv2d(288, 48, 1, bias=False),
                    bn3=nn.BatchNorm2d(48),
                ),
            ]),
            nn.ModuleList([
                Part(
                    conv=nn.Conv2d(48, 288, 1, bias=False),
                    bn1=nn.BatchNorm2d(288),
                ),
            ]),
        ])
        self.conv_head = nn.Conv2d(288, 1024, 1)
        self.classifier = nn.Linear(1024, 1000)

    def forward(self, x):
        # conv_stem: 112 x 112 x 16
        x = F.hardswish(self.bn1(self.conv_stem(x)))

        # blocks.0.0: 56 x 56 x 8
        block = self.blocks[0][0]
        x = F.relu(block.bn1(block.conv_dw(x)))
        y = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(x.mean((2, 3), keepdim=True)))))
        x = x * y
        x = block.bn2(block.conv_pw(x))

        # blocks.1.0: 28 x 28 x 16
        block = self.blocks[1][0]
        x = block.bn3(block.conv_pwl(F.relu(block.bn2(block.conv_dw(F.relu(block.bn1(block.conv_pw(x))))))))

        # blocks.1.1: 28 x 28 x 16
        block = self.blocks[1][1]
        y = block.bn3(block.conv_pwl(F.relu(block.bn2(block.conv_dw(F.relu(block.bn1(block.conv_pw(x))))))))
        x = y + x

        # blocks.2.0: 14 x 14 x 24
        block = self.blocks[2][0]
        x = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        y = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(x.mean((2, 3), keepdim=True)))))
        x = x * y
        x = block.bn3(block.conv_pwl(x))

        # blocks.2.1: 14 x 14 x 24
        block = self.blocks[2][1]
        y = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        z = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(y.mean((2, 3), keepdim=True)))))
        y = y * z
        y = block.bn3(block.conv_pwl(y))
        x = y + x

        # blocks.2.2: 14 x 14 x 24
        block = self.blocks[2][2]
        y = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        z = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(y.mean((2, 3), keepdim=True)))))
        y = y * z
        y = block.bn3(block.conv_pwl(y))
        x = y + x

        # blocks.3.0: 14 x 14 x 24
        block = self.blocks[3][0]
        y = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        z = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(y.mean((2, 3), keepdim=True)))))
        y = y * z
        y = block.bn3(block.conv_pwl(y))
        x = y + x

        # blocks.3.1: 14 x 14 x 24
        block = self.blocks[3][1]
        y = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        z = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(y.mean((2, 3), keepdim=True)))))
        y = y * z
        y = block.bn3(block.conv_pwl(y))
        x = y + x

        # blocks.4.0: 7 x 7 x 48
        block = self.blocks[4][0]
        x = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        y = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(x.mean((2, 3), keepdim=True)))))
        x = x * y
        x = block.bn3(block.conv_pwl(x))

        # blocks.4.1: 7 x 7 x 48
        block = self.blocks[4][1]
        y = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        z = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(y.mean((2, 3), keepdim=True)))))
        y = y * z
        y = block.bn3(block.conv_pwl(y))
        x = y + x

        # blocks.4.2: 7 x 7 x 48
        block = self.blocks[4][2]
        y = F.hardswish(block.bn2(block.conv_dw(F.hardswish(block.bn1(block.conv_pw(x))))))
        z = F.hardsigmoid(block.se.conv_expand(F.relu(block.se.conv_reduce(y.mean((2, 3), keepdim=True)))))
        y = y * z
        y = block.bn3(block.conv_pwl(y))
        x = y + x

        # blocks.5.0: 7 x 7 x 288
        block = self.blocks[5][0]
        x = F.hardswish(block.bn1(block.conv(x)))

        # global_pool: 1 x 1 x 288
        x = x.mean((2, 3), keepdim=True)

        # conv_head: 1 x 1 x 1024
        x = F.hardswish(self.conv_head(x))

        # flatten: 1000
        x = x.flatten(1)
        x = self.classifier(x)

        return x


if __name__ == "__main__":
    net = Net().eval()
    print(sum(p.numel() for p in net.parameters()), "parameters")
    with torch.no_grad():
        print(net(torch.zeros(1, 3, 224, 224)).shape)
