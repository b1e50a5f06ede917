using System.Buffers;
using System.Text;
using Telemetry.Protos.V1;
using Telemetry.Shipping.Files;
using Telemetry.Shipping.Streams;
using Telemetry.Wire;
using Lane = Telemetry.Wire.Lane;

namespace Telemetry.Shipping.Lanes;

/// <summary>State of streams at one position of a lane's log. Layout: <see cref="LaneFrame"/>.</summary>
/// <param name="Full">It is all there is; else it adds to what was before.</param>
/// <param name="InstanceId">Instance that the log belongs to.</param>
/// <param name="BootId">Boot it was written in.</param>
/// <param name="FormerBootIds">Earlier boots that still have unacknowledged frames.</param>
/// <param name="Streams">The streams.</param>
internal sealed record Checkpoint(bool Full, string InstanceId, string BootId, IReadOnlyList<string> FormerBootIds,
    IReadOnlyList<StreamState> Streams)
{
    public void WriteFrame(IBufferWriter<byte> output)
    {
        output.Write([(byte)FrameKind.Checkpoint, LaneFrame.Version]);
        ProtoWriter.Varint(output, 1, Full ? 1u : 0u);
        Text(output, 2, InstanceId);
        Text(output, 3, BootId);
        foreach (var boot in FormerBootIds)
        {
            Text(output, 4, boot);
        }

        var stream = new ArrayBufferWriter<byte>(256);
        var file = new ArrayBufferWriter<byte>(256);
        foreach (var state in Streams)
        {
            stream.ResetWrittenCount();
            WriteStream(stream, file, state);
            ProtoWriter.Bytes(output, 5, stream.WrittenSpan);
        }
    }

    /// <summary>Decodes the content of a checkpoint frame. Does not throw.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> content, out Checkpoint checkpoint)
    {
        checkpoint = null!;
        var full = false;
        string instance = "", boot = "";
        var former = new List<string>();
        var streams = new List<StreamState>();
        var reader = new ProtoReader(content.Span);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: full = reader.Number != 0; break;
                case 2: instance = Encoding.UTF8.GetString(reader.Bytes); break;
                case 3: boot = Encoding.UTF8.GetString(reader.Bytes); break;
                case 4: former.Add(Encoding.UTF8.GetString(reader.Bytes)); break;
                case 5:
                    if (!TryReadStream(reader.Bytes, out var stream))
                    {
                        return false;
                    }

                    streams.Add(stream);
                    break;
            }
        }

        checkpoint = new Checkpoint(full, instance, boot, former, streams);
        return !reader.Failed;
    }

    private static void WriteStream(IBufferWriter<byte> output, ArrayBufferWriter<byte> inner, StreamState state)
    {
        ProtoWriter.Bytes(output, 1, state.Lifetime.ToByteArray());
        ProtoWriter.Fixed64(output, 2, state.Id.Value);
        ProtoWriter.Varint(output, 3, (ulong)state.Kind);
        Text(output, 4, state.Name);
        Text(output, 5, state.WorkloadId);
        ProtoWriter.Varint(output, 6, (ulong)state.Lane);
        ProtoWriter.Fixed64(output, 7, state.Epoch.Value);
        ProtoWriter.Varint(output, 8, (ulong)state.EpochUnixUs);
        ProtoWriter.Fixed64(output, 9, state.Predecessor.Value);
        Text(output, 10, state.Reason);
        ProtoWriter.Varint(output, 11, state.NextSeq);
        ProtoWriter.Varint(output, 12, state.Announced ? 1u : 0u);
        ProtoWriter.Varint(output, 13, state.Closed ? 1u : 0u);
        foreach (var file in state.Files)
        {
            inner.ResetWrittenCount();
            WriteFile(inner, file);
            ProtoWriter.Bytes(output, 14, inner.WrittenSpan);
        }
    }

    private static void WriteFile(IBufferWriter<byte> output, FileState file)
    {
        ProtoWriter.Varint(output, 1, file.Identity.Device);
        ProtoWriter.Varint(output, 2, file.Identity.Inode);
        ProtoWriter.Varint(output, 3, (ulong)file.Identity.BornUnixNs);
        Text(output, 4, file.Path);
        ProtoWriter.Varint(output, 5, (ulong)file.Fingerprint.Length);
        ProtoWriter.Fixed64(output, 6, file.Fingerprint.Hash);
        ProtoWriter.Varint(output, 7, (ulong)file.Offset);
        ProtoWriter.Varint(output, 8, (ulong)file.SeenSize);
        ProtoWriter.Varint(output, 9, file.Open ? 1u : 0u);
    }

    private static bool TryReadStream(ReadOnlySpan<byte> content, out StreamState state)
    {
        LifetimeId lifetime = default;
        ulong id = 0, kind = 0, lane = 0, epoch = 0, epochUs = 0, predecessor = 0, next = 0, announced = 0, closed = 0;
        string name = "", workload = "", reason = "";
        var files = new List<FileState>();
        var reader = new ProtoReader(content);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1 when reader.Bytes.Length == LifetimeId.Size: lifetime = LifetimeId.Read(reader.Bytes); break;
                case 2: id = reader.Number; break;
                case 3: kind = reader.Number; break;
                case 4: name = Encoding.UTF8.GetString(reader.Bytes); break;
                case 5: workload = Encoding.UTF8.GetString(reader.Bytes); break;
                case 6: lane = reader.Number; break;
                case 7: epoch = reader.Number; break;
                case 8: epochUs = reader.Number; break;
                case 9: predecessor = reader.Number; break;
                case 10: reason = Encoding.UTF8.GetString(reader.Bytes); break;
                case 11: next = reader.Number; break;
                case 12: announced = reader.Number; break;
                case 13: closed = reader.Number; break;
                case 14: files.Add(ReadFile(reader.Bytes)); break;
            }
        }

        state = new StreamState
        {
            Lifetime = lifetime,
            Id = new StreamId(id),
            Kind = (StreamKind)kind,
            Name = name,
            WorkloadId = workload,
            Lane = (Lane)lane,
        };
        state.Restore(new Epoch(epoch), (long)epochUs, new Epoch(predecessor), reason, next);
        state.Announced = announced != 0;
        state.Closed = closed != 0;
        state.Files.AddRange(files);
        return !reader.Failed;
    }

    private static FileState ReadFile(ReadOnlySpan<byte> content)
    {
        ulong device = 0, inode = 0, born = 0, length = 0, hash = 0, offset = 0, size = 0, open = 0;
        var path = "";
        var reader = new ProtoReader(content);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: device = reader.Number; break;
                case 2: inode = reader.Number; break;
                case 3: born = reader.Number; break;
                case 4: path = Encoding.UTF8.GetString(reader.Bytes); break;
                case 5: length = reader.Number; break;
                case 6: hash = reader.Number; break;
                case 7: offset = reader.Number; break;
                case 8: size = reader.Number; break;
                case 9: open = reader.Number; break;
            }
        }

        return new FileState
        {
            Identity = new FileIdentity(device, inode, (long)born),
            Path = path,
            Fingerprint = new Fingerprint((int)Math.Min(length, Fingerprint.MaxLength), hash),
            Offset = (long)offset,
            SeenSize = (long)size,
            Open = open != 0,
        };
    }

    private static void Text(IBufferWriter<byte> output, int field, string text)
    {
        if (text.Length > 0)
        {
            ProtoWriter.Bytes(output, field, Encoding.UTF8.GetBytes(text));
        }
    }
}
