using Xunit;

namespace Velox.Cryptography.Tests;

public sealed class Ristretto255Tests
{
    /// <summary>1, 2, ... times the generator: RFC 9496, appendix A.1.</summary>
    private static readonly byte[][] Multiples = [.. new[]
    {
        "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
        "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
        "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
        "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
        "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
        "f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403",
        "44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d",
        "903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c",
        "02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031",
        "20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f",
        "bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42",
        "e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460",
        "aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f",
        "46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e",
        "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e",
    }.Select(Convert.FromHexString)];

    /// <summary>RFC 9496, appendix A.2: not canonical, negative, no square, a negative product, and s = -1.</summary>
    private static readonly byte[][] Refused = [.. new[]
    {
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
        "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
        "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
        "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
        "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
        "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
        "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
        "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
        "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
        "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
        "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
        "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
        "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
        "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
        "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
        "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
        "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
        "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    }.Select(Convert.FromHexString)];

    [Fact]
    public void Multiples_of_the_generator_are_those_of_the_rfc()
    {
        byte[] sum = new byte[32], product = new byte[32], scalar = new byte[32];
        for (int i = 0; i < Multiples.Length; i++)
        {
            Assert.True(Ristretto255.IsPoint(Multiples[i]));
            Assert.True(Ristretto255.TryAdd(sum, Multiples[0], sum));
            Assert.Equal(Multiples[i], sum);
            scalar[0] = (byte)(i + 1);
            Assert.True(Ristretto255.TryMultiply(scalar, Multiples[0], product));
            Assert.Equal(Multiples[i], product);
            Assert.True(Ristretto255.TrySubtract(sum, Multiples[0], product));
            Assert.Equal(i == 0 ? new byte[32] : Multiples[i - 1], product);
        }
    }

    [Fact]
    public void What_the_rfc_refuses_is_refused_everywhere_and_leaves_the_result()
    {
        byte[] generator = Multiples[0];
        byte[] one = [1, .. new byte[31]];
        byte[] result = [.. Enumerable.Repeat((byte)0xA5, 32)], untouched = [.. result];
        foreach (byte[] encoding in Refused)
        {
            Assert.False(Ristretto255.IsPoint(encoding));
            Assert.False(Ristretto255.TryAdd(encoding, generator, result));
            Assert.False(Ristretto255.TryAdd(generator, encoding, result));
            Assert.False(Ristretto255.TrySubtract(generator, encoding, result));
            Assert.False(Ristretto255.TryMultiply(one, encoding, result));
            Assert.False(Ristretto255.TryMultiplySum([.. one, .. one], [.. generator, .. encoding], result));
        }

        Assert.Equal(untouched, result);
    }

    /// <summary>The answers that the tests of Agave's syscalls expect (<c>syscalls/src/lib.rs</c>).</summary>
    [Fact]
    public void Published_answers_of_the_syscalls_come_out()
    {
        byte[] left = Convert.FromHexString("d0a57dcc0264da11aac21709669c8688d9be6222b7c2e4995c0b6c671c39580f");
        byte[] right = Convert.FromHexString("d0f148a3493520ae36c2470846b5f4c75d9363e7a27f192827138c8470d4916c");
        byte[] scalar = Convert.FromHexString("fec6178a43f3b86eec73eccdcdd74f722dfa4e89036b88ed317e75df25bf5806");
        byte[] result = new byte[32];
        Assert.False(Ristretto255.IsPoint(Convert.FromHexString("788c98e929e3cb1b577319fbdb0554947526543c5790a1922a225b9b9ebd794f")));
        Assert.True(Ristretto255.TryAdd(left, right, result));
        Assert.Equal("4ead09f1b4e01f6bb0d290f0764946bf80778d717dd7a14731b05726b4b1274e", Convert.ToHexStringLower(result));
        Assert.True(Ristretto255.TrySubtract(left, right, result));
        Assert.Equal("9648de3d944f608297b01dd9e7d300d74c56d4926e801897bb906ce9ddd09d34", Convert.ToHexStringLower(result));
        Assert.True(Ristretto255.TryMultiply(scalar, right, result));
        Assert.Equal("04102e023597c9857595e8a4776d881499187c15657c501377644d6c41bbe405", Convert.ToHexStringLower(result));

        byte[] points = Convert.FromHexString(
            "8223611912c721ef558f776f3133e028a7b9f0b319c2d5290e9b6812b5c50f70" +
            "989c9bc598e85ccedb9fc18679808b2438bf338f48cc574c6e7c6560ee9e2a6c");
        Assert.True(Ristretto255.TryMultiplySum([.. scalar, .. scalar], points, result));
        Assert.Equal("4e78566f984092540eec4d93edbefbf188a7155e54765c8c78511ef6ad8cc356", Convert.ToHexStringLower(result));
    }

    [Fact]
    public void Points_that_differ_by_small_order_have_one_encoding_and_it_is_read_back()
    {
        byte[] encoding = new byte[32], other = new byte[32];
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            EdwardsPoint even = CurvePoints.Random(random).Double(1);
            RistrettoEncoding.Encode(even, encoding);
            foreach (EdwardsPoint small in CurvePoints.SmallOrder.Where(point => point.Double(2).IsIdentity))
            {
                RistrettoEncoding.Encode(even + small.ToCached(), other);
                Assert.True(encoding.AsSpan().SequenceEqual(other), $"seed {seed}");
            }

            Assert.True(RistrettoEncoding.TryDecode(encoding, out EdwardsPoint decoded), $"seed {seed}");
            EdwardsPoint difference = decoded + -even.ToCached();
            Assert.True(difference.Double(2).IsIdentity, $"seed {seed}: another class");
            Assert.True(CurvePoints.IsExtended(decoded), $"seed {seed}");
            RistrettoEncoding.Encode(decoded, other);
            Assert.True(encoding.AsSpan().SequenceEqual(other), $"seed {seed}");
        }
    }

    [Fact]
    public void Sums_of_products_are_what_single_products_add_up_to()
    {
        foreach (int count in (int[])[0, 1, 2, 31, 32, 33, 65])
        {
            var random = new Random(count);
            byte[] scalars = new byte[32 * count], points = new byte[32 * count], sum = new byte[32], product = new byte[32];
            for (int i = 0; i < count; i++)
            {
                CurvePoints.RandomScalar(random).WriteBytes(scalars.AsSpan(32 * i));
                RistrettoEncoding.Encode(CurvePoints.Random(random).Double(1), points.AsSpan(32 * i, 32));
                Assert.True(Ristretto255.TryMultiply(scalars.AsSpan(32 * i, 32), points.AsSpan(32 * i, 32), product));
                Assert.True(Ristretto255.TryAdd(sum, product, sum));
            }

            Assert.True(Ristretto255.TryMultiplySum(scalars, points, product));
            Assert.Equal(sum, product);
        }
    }

    [Fact]
    public void Scalars_below_the_order_only()
    {
        byte[] result = new byte[32], scalar = new byte[32];
        Assert.True(CurvePoints.Order.TryWriteBytes(scalar, out _, isUnsigned: true));
        Assert.False(Ristretto255.TryMultiply(scalar, Multiples[0], result));
        scalar[0]--;
        Assert.True(Ristretto255.TryMultiply(scalar, Multiples[0], result));
        Assert.True(Ristretto255.TryAdd(result, Multiples[0], result));
        Assert.Equal(new byte[32], result);
    }
}
